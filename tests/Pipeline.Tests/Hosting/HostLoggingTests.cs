using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>Which levels are logged, and what a line looks like.</summary>
public sealed class HostLoggingTests
{
    private const string HostJson = """{"version":"2.0","logging":{"logLevel":{"default":"Information","Chatty":"Debug","Quiet":"Error"}}}""";

    [Fact]
    public async Task Levels_OfHostJson_ApplyByCategory()
    {
        await using var host = await TestHost.StartAsync([], hostJson: HostJson);

        Assert.Equal("Any Information, Chatty Debug, Quiet Error", Least(host));
    }

    [Fact]
    public async Task Levels_RaisedByTheOptions_HoldForEveryCategory()
    {
        await using var host = await TestHost.StartAsync(
            [], hostJson: HostJson, options: options => options with { LogLevel = LogLevel.Warning });

        Assert.Equal("Any Warning, Chatty Warning, Quiet Error", Least(host));
    }

    [Fact]
    public async Task Levels_LoweredByTheOptions_ShowMoreWhereNothingElseIsSaid()
    {
        await using var host = await TestHost.StartAsync(
            [], hostJson: HostJson, options: options => options with { LogLevel = LogLevel.Debug });

        Assert.Equal("Any Debug, Chatty Debug, Quiet Error", Least(host));
    }

    [Fact]
    public void Line_DuringAnInvocation_NamesLevelCategoryFunctionAndInvocation()
    {
        var function = FunctionCatalogTests.Load(typeof(FunctionCatalogTests.Good)).Activity("Add")!;
        using var services = new ServiceCollection().BuildServiceProvider();
        var context = new EmbeddedFunctionContext(
            function, new ActivityInput("i", null), services.GetRequiredService<IServiceScopeFactory>(), CancellationToken.None);
        var scopes = new LoggerExternalScopeProvider();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 30, 250, TimeSpan.Zero));
        using var writer = new StringWriter { NewLine = "\n" };

        using (scopes.Push("a scope of the server"))
        using (scopes.Push(new InvocationScope(context)))
        {
            new LineFormatter(time).Write(
                new LogEntry<string>(LogLevel.Warning, "Pipeline.Jobs.JobService", default, "slow", null, (state, _) => state), scopes, writer);
        }

        Assert.Equal($"12:00:30.250 warn JobService: [Add {context.InvocationId}] slow\n", writer.ToString());
    }

    private static string Least(TestHost host)
    {
        var factory = host.Host.Services.GetRequiredService<ILoggerFactory>();
        return string.Join(", ", new[] { "Any", "Chatty", "Quiet" }.Select(category =>
            $"{category} {Enum.GetValues<LogLevel>().First(level => factory.CreateLogger(category).IsEnabled(level))}"));
    }
}
