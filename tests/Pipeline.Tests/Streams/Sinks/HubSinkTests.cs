using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Sinks;

public sealed class HubSinkTests : IDisposable
{
    private readonly Outputs _outputs = new();
    private readonly FakeHub _hub = new();

    public void Dispose() => _outputs.Dispose();

    [Fact]
    public async Task Publish_Windows_BecomeAnEventARowWithItsWindow()
    {
        await Sink("""{ "hub": "bars", "key": "symbol", "idField": "id" }""").PublishAsync(_outputs.Windowed(3, (0, 1, 0), (1, 0, 1), (2, 2, 4)), new OpenFence(), default);

        Assert.Equal(
        [
            """bars S0 {"id":"vwap/1/input-2/3/0","symbol":"S0","window_start":"2026-01-31 23:00:00","vwap":0.5,"volume":0} 2026-01-31T23:00:00Z-2026-01-31T23:01:00Z r0""",
            """bars S0 {"id":"vwap/1/input-2/3/1","symbol":"S0","window_start":"2026-01-31 23:02:00","vwap":402.5,"volume":0} 2026-01-31T23:02:00Z-2026-01-31T23:03:00Z r4""",
            """bars S1 {"id":"vwap/1/input-2/3/2","symbol":"S1","window_start":"2026-01-31 23:02:00","vwap":403.5,"volume":1} 2026-01-31T23:02:00Z-2026-01-31T23:03:00Z r4""",
        ], _hub.Events.Select(e => $"{e.Hub} {e.Event.PartitionKey} {Body(e.Event)} {e.Event.Properties!["window_start"]}-{e.Event.Properties["window_end"]} r{e.Event.Properties["revision"]}"));
    }

    [Fact]
    public async Task Publish_AHubThatFailsForAWhile_GetsWhatIsMissingAndNothingTwice()
    {
        var sink = Sink("""{ "hub": "bars" }""");
        var output = _outputs.Rows(3, 5_000);
        _hub.FailAt = 2;

        await Assert.ThrowsAsync<EventHubException>(() => sink.PublishAsync(output, new OpenFence(), default));
        Assert.Equal(2_000, _hub.Events.Count);
        await sink.PublishAsync(output, new OpenFence(), default);

        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => $"vwap/1/input-2/3/{i}"), _hub.Events.Select(e => (string)e.Event.Properties!["id"]));
    }

    [Fact]
    public async Task Publish_AHostThatHasLostThePartition_SendsNothing()
    {
        await Assert.ThrowsAsync<StreamFencedException>(() => Sink("""{ "hub": "bars" }""").PublishAsync(_outputs.Rows(3, 5), new OpenFence { Closed = true }, default));

        Assert.Empty(_hub.Events);
    }

    [Theory]
    [InlineData("""{ "hub": "trades" }""", "/hub", "come back as events for ever")]
    [InlineData("""{ "hub": "bars", "key": "symbl" }""", "/key", "Did you mean 'symbol'?")]
    [InlineData("""{ "hub": "bars", "idField": "VWAP" }""", "/idField", "a column 'VWAP' already")]
    [InlineData("""{ "hub": "bars", "connectionSetting": "OTHER" }""", "/connectionSetting", "OTHER")]
    public void Read_WhatMakesNoSense_IsRefusedWithItsPlace(string json, string pointer, string detail)
    {
        var fault = Assert.Single(Read(json).Faults);

        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    private static string Body(OutgoingEvent one) => Encoding.UTF8.GetString(one.Body.Span);

    private IStreamSink Sink(string json)
    {
        var (sink, faults) = Read(json);
        Assert.Empty(faults);
        return sink!;
    }

    private (IStreamSink? Sink, IReadOnlyList<SpecFault> Faults) Read(string json)
    {
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JsonDocument.Parse(json).RootElement, faults);
        var kind = new HubSinkKind(new HubSenders(_hub, new ConfigurationBuilder().Build(), TimeProvider.System, NullLoggerFactory.Instance));
        var sink = kind.Read(reader, new StreamSinkContext("vwap", "trades", 0, true, Outputs.Columns));
        reader.End();
        return (sink, faults);
    }

    private sealed class FakeHub : IEventHubSender
    {
        private int _sends;

        public List<(string Hub, OutgoingEvent Event)> Events { get; } = [];

        public int FailAt { get; set; }

        public Task SendAsync(string hub, IReadOnlyList<OutgoingEvent> events, CancellationToken cancellationToken)
        {
            if (++_sends == FailAt) throw new EventHubException("The hub is not to be reached.");
            Events.AddRange(events.Select(e => (hub, e)));
            return Task.CompletedTask;
        }

        public Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken) => Task.FromResult(4);
    }
}
