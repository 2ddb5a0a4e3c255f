using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Embedded.EventHubs.Output;
using Pipeline.Embedded.Hosting;
using Pipeline.Tests.Hosting;

namespace Pipeline.Tests.EventHubs;

/// <summary>What functions return goes to event hubs, as a whole or property by property.</summary>
public sealed class EventHubOutputTests : IDisposable
{
    private readonly TriggerFixture _fixture = new();
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Output_OfAnEventFunction_SetsTheNextOneOff()
    {
        await using var host = await _fixture.StartAsync(typeof(Upper), typeof(Last), _seen);

        await TriggerFixture.AppendAsync(host, 0, "a", "b");

        Assert.Equal(["A", "B"], [await _seen.Reader.ReadAsync(), await _seen.Reader.ReadAsync()]);
    }

    [Fact]
    public async Task Output_PropertyBesideAResponse_GoesItsOwnWay()
    {
        await using var host = await _fixture.StartAsync(typeof(Order), typeof(Last), _seen);

        var answer = await host.Client.GetStringAsync(new Uri("api/order", UriKind.Relative));

        Assert.Equal("taken", answer);
        Assert.Equal("""{"Symbol":"A","Size":5}""", await _seen.Reader.ReadAsync());
    }

    [Fact]
    public async Task Output_ConnectionThatLeadsNowhere_FailsTheInvocation()
    {
        await using var host = await _fixture.StartAsync(typeof(Elsewhere), typeof(Last), _seen, ("Elsewhere", "Endpoint=sb://localhost;UseDevelopmentEmulator=true"));

        await TriggerFixture.AppendAsync(host, 0, "a");

        var failed = await host.Logs.WaitForAsync("Elsewhere failed");
        Assert.Contains("events/0, events 0 to 0", failed);
    }

    public static TheoryData<object?, string[]> Values { get; } = new()
    {
        { null, [] },
        { "text", ["text"] },
        { Encoding.UTF8.GetBytes("bytes"), ["bytes"] },
        { new BinaryData("data"), ["data"] },
        { new Trade("A", 5), ["""{"Symbol":"A","Size":5}"""] },
        { new[] { "one", null, "two" }, ["one", "two"] },
        { new List<Trade> { new("A", 1), new("B", 2) }, ["""{"Symbol":"A","Size":1}""", """{"Symbol":"B","Size":2}"""] },
        { new Dictionary<string, int> { ["a"] = 1 }, ["""{"a":1}"""] },
        { 5, ["5"] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Events_OfAValue_AreOneForEachPart(object? value, string[] expected) =>
        Assert.Equal(expected, EventHubOutputBinding.Events(value).Select(one => Encoding.UTF8.GetString(one.Body.Span)));

    [Theory]
    [InlineData(typeof(NothingToSend), "it has [EventHubOutput] but returns nothing to send")]
    [InlineData(typeof(ResponseAsOutput), "Return a class with one property for each, and mark the response [HttpResult]")]
    [InlineData(typeof(NoConnection), "its Event Hub output names no connection")]
    public async Task Start_OutputThatCannotBe_SaysWhy(Type functions, string expected)
    {
        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => TestHost.StartAsync([functions]));

        Assert.Contains(expected, error.Message);
    }

    public sealed record Trade(string Symbol, int Size);

    public sealed record Answer([property: HttpResult] IActionResult Response, [property: EventHubOutput("copies", Connection = "EventHubsConnection")] Trade Trade);

    public static class Upper
    {
        [Function("Upper")]
        [EventHubOutput("copies", Connection = "EventHubsConnection")]
        public static string[] Run([EventHubTrigger("events", Connection = "EventHubsConnection")] string[] texts) => [.. texts.Select(text => text.ToUpperInvariant())];
    }

    public static class Elsewhere
    {
        [Function("Elsewhere")]
        [EventHubOutput("copies", Connection = "Elsewhere")]
        public static string[] Run([EventHubTrigger("events", Connection = "EventHubsConnection")] string[] texts) => texts;
    }

    public sealed class Last(Channel<string> seen)
    {
        [Function("Last")]
        public async Task RunAsync([EventHubTrigger("copies", Connection = "EventHubsConnection")] string[] texts)
        {
            foreach (var text in texts) await seen.Writer.WriteAsync(text);
        }
    }

    public static class Order
    {
        [Function("Order")]
        public static Answer Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "order")] HttpRequest request) =>
            new(new OkObjectResult("taken"), new Trade("A", 5));
    }

    public static class NothingToSend
    {
        [Function("F")]
        [EventHubOutput("copies", Connection = "EventHubsConnection")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class ResponseAsOutput
    {
        [Function("F")]
        [EventHubOutput("copies", Connection = "EventHubsConnection")]
        public static string Run([HttpTrigger] HttpRequest request) => request.Path;
    }

    public static class NoConnection
    {
        [Function("F")]
        [EventHubOutput("copies")]
        public static string Run([ActivityTrigger] string input) => input;
    }
}
