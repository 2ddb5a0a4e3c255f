using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>How a function is called: its class, its parameters, its result, the middleware around it.</summary>
public sealed class FunctionInvokerTests
{
    [Theory]
    [InlineData("Sum", "[1,2,3]", "6")]
    [InlineData("sum", "[1,2,3]", "6")]
    [InlineData("SumAsync", "[1,2,3]", "6")]
    [InlineData("SumLater", "[1,2,3]", "6")]
    [InlineData("Nothing", "1", null)]
    [InlineData("NothingAsync", "1", null)]
    [InlineData("Text", null, "null text")]
    [InlineData("Text", "\"\"", "'' text")]
    [InlineData("Bytes", "\"AQID\"", "3")]
    [InlineData("Poco", """{"name":"n","unknown":1}""", """{"Name":"n","Number":0}""")]
    [InlineData("Id", "1", "i-1")]
    public async Task Activity_OfEachForm_TakesJsonAndGivesJson(string name, string? input, string? expected)
    {
        var functions = Functions();

        var result = await functions.RunActivityAsync(name, "i-1", input, CancellationToken.None);

        Assert.Equal(expected, result is ['"', ..] ? result.Trim('"').Replace("\\u0027", "'") : result);
    }

    [Theory]
    [InlineData("Sum", "\"text\"", "The parameter 'numbers' (Int32[]) of activity 'Sum' could not be read from its input")]
    [InlineData("Number", null, "The parameter 'number' (Int32) of activity 'Number' cannot be null, but no input was given.")]
    public async Task Activity_InputThatDoesNotFit_FailsByParameterAndActivity(string name, string? input, string expected)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Functions().RunActivityAsync(name, "i", input, CancellationToken.None));

        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("Throw")]
    [InlineData("ThrowAsync")]
    public async Task Activity_Throws_TheExceptionComesOutAsItIs(string name)
    {
        var error = await Assert.ThrowsAsync<TimeoutException>(() => Functions().RunActivityAsync(name, "i", "1", CancellationToken.None));

        Assert.Equal("boom", error.Message);
    }

    [Fact]
    public async Task Activity_TokenParameter_IsTheTaskHubs()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        Assert.Equal("true", await Functions().RunActivityAsync("Cancelled", "i", "1", source.Token));
    }

    [Fact]
    public async Task InstanceMethod_EachInvocation_HasAClassAndScopeOfItsOwnDisposedAfterIt()
    {
        var log = new List<string>();
        var functions = Functions(services => services.AddSingleton(log).AddScoped<Scoped>());

        await functions.RunActivityAsync("UseScoped", "i", "1", CancellationToken.None);
        await functions.RunActivityAsync("UseScoped", "i", "2", CancellationToken.None);

        Assert.Equal(
            ["run 1", "class disposed", "scope disposed", "run 2", "class disposed", "scope disposed"], log);
    }

    [Fact]
    public async Task Orchestrator_SecondParameter_IsTheInput()
    {
        var context = new Mock<TaskOrchestrationContext>();
        context.Setup(c => c.GetInput<string>()).Returns("input");
        context.SetupGet(c => c.InstanceId).Returns("i-7");

        Assert.Equal("i-7: input", await Functions().RunOrchestratorAsync("orchestrate", context.Object));
    }

    [Fact]
    public async Task Orchestrator_Name_IsKnownInAnyCase()
    {
        var functions = Functions();

        Assert.True(functions.HasOrchestrator("ORCHESTRATE"));
        Assert.False(functions.HasOrchestrator("Sum"));
        Assert.True(functions.HasActivity("SUM"));
        Assert.False(functions.HasEntity("Sum"));
        Assert.Equal(["Orchestrate"], functions.OrchestratorNames);
        await Assert.ThrowsAsync<InvalidOperationException>(() => functions.RunActivityAsync("NoSuch", "i", null, CancellationToken.None));
    }

    [Fact]
    public async Task Middleware_Several_RunInTheOrderOfTheirAddingAroundTheFunction()
    {
        var log = new List<string>();
        var functions = Functions(
            services => services.AddSingleton(log).AddScoped<Scoped>(),
            worker => worker
                .UseMiddleware(async (context, next) =>
                {
                    log.Add($"first in {context.FunctionDefinition.Name}");
                    await next();
                    log.Add("first out");
                })
                .UseWhen(context => context.FunctionDefinition.Name == "Other", (_, _) => throw new InvalidOperationException("not for this one"))
                .UseMiddleware<Second>());

        await functions.RunActivityAsync("UseScoped", "i", "1", CancellationToken.None);

        Assert.Equal(
            ["first in UseScoped", "second in", "run 1", "class disposed", "second out", "first out", "scope disposed"], log);
    }

    [Fact]
    public async Task Middleware_ThatDoesNotGoOn_KeepsTheFunctionFromRunning()
    {
        var functions = Functions(worker: worker => worker.UseMiddleware((_, _) => Task.CompletedTask));

        Assert.Null(await functions.RunActivityAsync("Throw", "i", "1", CancellationToken.None));
    }

    [Fact]
    public async Task Logs_OfAnInvocation_CarryFunctionAndInvocationId()
    {
        using var logs = new LogLines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(logs));
        var functions = Functions(services => services.AddSingleton<ILoggerFactory>(factory).AddSingleton(typeof(ILogger<>), typeof(Logger<>)));

        var id = await functions.RunActivityAsync("Log", "i", "1", CancellationToken.None);

        var line = Assert.Single(logs.All, line => line.Message == "from the activity");
        Assert.Equal([$"Log ({id!.Trim('"')})"], line.Scopes);
    }

    private static DurableFunctions Functions(
        Action<IServiceCollection>? services = null, Action<IFunctionsWorkerApplicationBuilder>? worker = null)
    {
        var builder = new FunctionsWorkerBuilder(new ServiceCollection());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services?.Invoke(builder.Services);
        worker?.Invoke(builder);
        var provider = builder.Services.BuildServiceProvider();
        var invoker = new FunctionInvoker(
            provider.GetRequiredService<IServiceScopeFactory>(), provider.GetRequiredService<ILoggerFactory>(), builder.Middleware);
        return new DurableFunctions(FunctionCatalogTests.Load(typeof(Activities), typeof(WithScoped), typeof(WithLogger)), invoker);
    }

    public sealed record Item(string? Name, int Number);

    public static class Activities
    {
        [Function("Sum")]
        public static int Sum([ActivityTrigger] int[] numbers) => numbers.Sum();

        [Function("SumAsync")]
        public static async Task<int> SumAsync([ActivityTrigger] int[] numbers)
        {
            await Task.Yield();
            return numbers.Sum();
        }

        [Function("SumLater")]
        public static ValueTask<int> SumLater([ActivityTrigger] int[] numbers) => new(numbers.Sum());

        [Function("Number")]
        public static int Number([ActivityTrigger] int number) => number;

        [Function("Nothing")]
        public static void Nothing([ActivityTrigger] int number) => _ = number;

        [Function("NothingAsync")]
        public static Task NothingAsync([ActivityTrigger] int number) => Task.FromResult(number);

        [Function("Text")]
        public static string Text([ActivityTrigger] string? text) => text is null ? "null text" : $"'{text}' text";

        [Function("Bytes")]
        public static int Bytes([ActivityTrigger] byte[] bytes) => bytes.Length;

        [Function("Poco")]
        public static Item Poco([ActivityTrigger] Item item) => item;

        [Function("Id")]
        public static string Id([ActivityTrigger] int number, string instanceId) => instanceId;

        [Function("Throw")]
        public static int Throw([ActivityTrigger] int number) => throw new TimeoutException("boom");

        [Function("ThrowAsync")]
        public static async Task<int> ThrowAsync([ActivityTrigger] int number)
        {
            await Task.Yield();
            throw new TimeoutException("boom");
        }

        [Function("Cancelled")]
        public static bool Cancelled([ActivityTrigger] int number, FunctionContext context, CancellationToken cancellationToken) =>
            cancellationToken.IsCancellationRequested && context.CancellationToken == cancellationToken;

        [Function("Orchestrate")]
        public static string Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context, string input) =>
            $"{context.InstanceId}: {input}";
    }

    public sealed class Scoped(List<string> log) : IDisposable
    {
        public List<string> Log => log;

        public void Dispose() => log.Add("scope disposed");
    }

    public sealed class WithScoped(Scoped scoped, IServiceProvider services) : IDisposable
    {
        [Function("UseScoped")]
        public void UseScoped([ActivityTrigger] int number)
        {
            Assert.Same(scoped, services.GetRequiredService<Scoped>());
            scoped.Log.Add($"run {number}");
        }

        public void Dispose() => scoped.Log.Add("class disposed");
    }

    public sealed class WithLogger(ILogger<WithLogger> logger)
    {
        [Function("Log")]
        public string Log([ActivityTrigger] int number, FunctionContext context)
        {
            logger.LogInformation("from the activity");
            return context.InvocationId;
        }
    }

    public sealed class Second(List<string> log) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            log.Add("second in");
            await next(context);
            log.Add("second out");
        }
    }
}
