using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Embedded.EventHubs.Output;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Tests.Hosting;

/// <summary>What the host finds, and what it refuses at the start rather than at the first call.</summary>
public sealed class FunctionCatalogTests
{
    [Fact]
    public void Load_ClassWithFunctions_FindsThemByNameWithoutRegardToCase()
    {
        var catalog = Load(typeof(Good));

        Assert.Equal(
            ["Hello (Http)", "Every (Timer)", "Orchestrate (Orchestration)", "Add (Activity)", "Counter (Entity)"],
            catalog.All.Select(function => $"{function.Name} ({function.Trigger.Kind})"));
        Assert.Equal("Add", catalog.Activity("ADD")?.Name);
        Assert.Equal("Orchestrate", catalog.Orchestrator("orchestrate")?.Name);
        Assert.Equal("Counter", catalog.Entity("counter")?.Name);
        Assert.Null(catalog.Activity("Orchestrate"));
    }

    [Theory]
    [InlineData(typeof(NoTrigger), "NoTrigger.Run: no parameter has a trigger")]
    [InlineData(typeof(TwoTriggers), "TwoTriggers.Run: 2 parameters have a trigger: a, b")]
    [InlineData(typeof(WrongPayload), "WrongPayload.Run: its parameter 'context' is String, but what a Orchestration trigger gives is TaskOrchestrationContext")]
    [InlineData(typeof(Unbindable), "Unbindable.Run: nothing can give its parameter 'what' (List<Uri>) a value")]
    [InlineData(typeof(ClientUnmarked), "ClientUnmarked.Run: nothing can give its parameter 'client' (DurableTaskClient) a value. Did you forget [DurableClient]?")]
    [InlineData(typeof(ClientInActivity), "ClientInActivity.Run: its parameter 'client' is a client of the task hub, which an Activity cannot have")]
    [InlineData(typeof(NotPublic), "NotPublic.Run: it is not public")]
    [InlineData(typeof(ByReference), "ByReference.Run: its parameter 'x' is passed by reference")]
    [InlineData(typeof(AsyncVoid), "AsyncVoid.Run: it is 'async void'")]
    [InlineData(typeof(Generic), "Generic.Run: it is generic")]
    [InlineData(typeof(BadRoute), "BadRoute.Run: its route 'api/a/{b' is not valid")]
    [InlineData(typeof(BadSchedule), "BadSchedule.Run: '* * *' is not a schedule")]
    [InlineData(typeof(BadBlobPath), "BadBlobPath.Run: The blob path 'UP/{name}' does not start with a container")]
    [InlineData(typeof(OtherConnection), "OtherConnection.Run: its blob trigger has the connection 'Elsewhere'")]
    [InlineData(typeof(UnknownSetting), "UnknownSetting.Run: '%No_Such%' names the setting No_Such, which is not set")]
    [InlineData(typeof(UnknownTrigger), "UnknownTrigger.Run: the embedded host has no trigger of the kind [TideTrigger]")]
    [InlineData(typeof(RetriedActivity), "RetriedActivity.Run: it has a retry attribute, which a Activity trigger does not heed")]
    [InlineData(typeof(SameNames), "2 functions are named 'Same': Pipeline.Tests.Hosting.FunctionCatalogTests+SameNames.One, Pipeline.Tests.Hosting.FunctionCatalogTests+SameNames.Two")]
    [InlineData(typeof(SameRoutes), "SameRoutes.One and Pipeline.Tests.Hosting.FunctionCatalogTests+SameRoutes.Two have the same route 'api/x/{a}' and a method in common")]
    public void Load_FunctionThatCannotWork_IsRefusedByClassMethodAndFault(Type type, string expected)
    {
        var error = Assert.Throws<EmbeddedHostException>(() => Load(type));

        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Load_SeveralFaults_ToldAtOnce()
    {
        var error = Assert.Throws<EmbeddedHostException>(() => Load(typeof(NoTrigger), typeof(AsyncVoid)));

        Assert.Contains("NoTrigger.Run", error.Message);
        Assert.Contains("AsyncVoid.Run", error.Message);
    }

    [Fact]
    public async Task Start_ServiceThatIsNotRegistered_NamesClassParameterAndType()
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([typeof(NeedsService)]));

        Assert.Contains("NeedsService.Run: no service is registered for its constructor's parameter 'service' (IComparer<Uri>)", error.Message);
    }

    [Fact]
    public async Task Start_UnknownRouteConstraint_IsRefused()
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([typeof(BadConstraint)]));

        Assert.Contains("BadConstraint.Run: its route 'api/a/{b:nosuch}' has the constraint 'nosuch'", error.Message);
    }

    internal static FunctionCatalog Load(params Type[] types)
    {
        var configuration = new ConfigurationBuilder().Build();
        var settings = new HostSettings(configuration);
        var outputs = new OutputBindings(settings, new EventHubSenders(configuration, TimeProvider.System, () => NullLoggerFactory.Instance));
        return FunctionCatalog.Load(types, new TriggerBindings(settings), outputs, () => throw new InvalidOperationException("no client"));
    }

    public static class Good
    {
        [Function("Hello")]
        public static string Hello([HttpTrigger("get")] HttpRequest request) => "hello";

        [Function("Add")]
        public static int Add([ActivityTrigger] int[] numbers) => numbers.Sum();

        [Function("Orchestrate")]
        public static Task Orchestrate([OrchestrationTrigger] TaskOrchestrationContext context) => Task.CompletedTask;

        [Function("Counter")]
        public static Task Counter([EntityTrigger] TaskEntityDispatcher dispatcher) => Task.CompletedTask;

        [Function("Every")]
        public static void Every([TimerTrigger("0 0 * * * *")] TimerInfo timer) => _ = timer;
    }

    public static class NoTrigger
    {
        [Function("F")]
        public static void Run(string text) => _ = text;
    }

    public static class TwoTriggers
    {
        [Function("F")]
        public static void Run([ActivityTrigger] string a, [ActivityTrigger] string b) => _ = a + b;
    }

    public static class WrongPayload
    {
        [Function("F")]
        public static void Run([OrchestrationTrigger] string context) => _ = context;
    }

    public static class Unbindable
    {
        [Function("F")]
        public static void Run([HttpTrigger("get")] HttpRequest request, List<Uri> what) => _ = (request, what);
    }

    public static class ClientUnmarked
    {
        [Function("F")]
        public static void Run([HttpTrigger("get")] HttpRequest request, DurableTaskClient client) => _ = (request, client);
    }

    public static class ClientInActivity
    {
        [Function("F")]
        public static void Run([ActivityTrigger] string input, [DurableClient] DurableTaskClient client) => _ = (input, client);
    }

    public static class NotPublic
    {
        [Function("F")]
        internal static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class ByReference
    {
        [Function("F")]
        public static void Run([ActivityTrigger] string input, ref int x) => x = input.Length;
    }

    public static class AsyncVoid
    {
        [Function("F")]
        public static async void Run([ActivityTrigger] string input) => await Task.FromResult(input);
    }

    public static class Generic
    {
        [Function("F")]
        public static void Run<T>([ActivityTrigger] T input) => _ = input;
    }

    public static class BadRoute
    {
        [Function("F")]
        public static void Run([HttpTrigger("get", Route = "a/{b")] HttpRequest request) => _ = request;
    }

    public static class BadConstraint
    {
        [Function("F")]
        public static void Run([HttpTrigger("get", Route = "a/{b:nosuch}")] HttpRequest request) => _ = request;
    }

    public static class BadSchedule
    {
        [Function("F")]
        public static void Run([TimerTrigger("* * *")] TimerInfo timer) => _ = timer;
    }

    public static class BadBlobPath
    {
        [Function("F")]
        public static void Run([BlobTrigger("UP/{name}")] string content) => _ = content;
    }

    public static class OtherConnection
    {
        [Function("F")]
        public static void Run([BlobTrigger("things/{name}", Connection = "Elsewhere")] string content) => _ = content;
    }

    public static class UnknownSetting
    {
        [Function("F")]
        public static void Run([TimerTrigger("%No_Such%")] TimerInfo timer) => _ = timer;
    }

    public static class UnknownTrigger
    {
        [Function("F")]
        public static void Run([TideTrigger] string[] tides) => _ = tides;
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class TideTriggerAttribute : TriggerBindingAttribute;

    public static class RetriedActivity
    {
        [Function("F")]
        [FixedDelayRetry(3, "00:00:01")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class SameNames
    {
        [Function("Same")]
        public static void One([ActivityTrigger] string input) => _ = input;

        [Function("same")]
        public static void Two([ActivityTrigger] string input) => _ = input;
    }

    public static class SameRoutes
    {
        [Function("One")]
        public static void One([HttpTrigger("get", "post", Route = "x/{a}")] HttpRequest request) => _ = request;

        [Function("Two")]
        public static void Two([HttpTrigger("post", Route = "X/{b}")] HttpRequest request) => _ = request;
    }

    public sealed class NeedsService(IComparer<Uri> service)
    {
        [Function("F")]
        public int Run([ActivityTrigger] Uri[] input) => service.Compare(input[0], input[1]);
    }
}
