using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>What keeps a stream from going on: it says so, loses nothing, holds up no other, and goes on by itself.</summary>
public sealed class StreamTroubleTests : IDisposable
{
    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task SinkDown_HoldsEventsBackAndRaisesAnAlarm_ThenNothingIsLost()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        _bed.Sink.Before = _ => throw new HttpRequestException("Connection refused.");

        await Assert.ThrowsAsync<SinkFailedException>(() => host.DeliverAsync(0, 0, 60));
        await Assert.ThrowsAsync<SinkFailedException>(() => host.DeliverAsync(0, 0, 60));
        var alarm = Assert.Single((await host.StateAsync("bars")).Alarms);
        Assert.Equal("sink-failing", alarm.Kind);
        Assert.Contains("Connection refused.", alarm.Message, StringComparison.Ordinal);
        _bed.Sink.Before = _ => Task.CompletedTask;
        await host.DeliverAsync(0, 0, 60);
        await host.DeliverAsync(0, 60, 41);
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows());
        Assert.Empty((await host.StateAsync("bars")).Alarms);
    }

    [Fact]
    public async Task SinkDown_OfOneStream_HoldsUpNoOther()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        _bed.Sink.Before = output => output.Origin.Stream == "bars" ? throw new HttpRequestException("Connection refused.") : Task.CompletedTask;

        await host.DeliverAsync(0, 0, 60);
        await host.DeliverAsync(0, 60, 41);
        Assert.Equal(101, _bed.Sink.Rows().Count);
        _bed.Sink.Before = _ => Task.CompletedTask;
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars).Concat(_bed.Batch("select id from trades")).Order(StringComparer.Ordinal), _bed.Sink.Rows());
    }

    [Fact]
    public async Task EventsThatTheHubHasRemoved_AreCountedAndShown()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 10; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 3);
        _bed.Hubs.RemoveFirst("trades", 0, 7);

        await host.DeliverAsync(0, 9, 1);
        await host.TickAsync();

        Assert.Equal(["[0]", "[1]", "[2]", "[7]", "[8]", "[9]"], _bed.Sink.Rows());
        var state = await host.StateAsync("ids");
        Assert.Equal(4, state.Counters.Lost);
        Assert.Equal("events-lost", Assert.Single(state.Alarms).Kind);
    }

    [Fact]
    public async Task Failure_OverAWindowThatEnds_IsAnAlarmUntilAnotherQueryIsPut()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec("select symbol, cast(max(symbol) as integer) as n from trades group by symbol, tumble(time, interval '1 minute')", StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Flush();

        await Assert.ThrowsAnyAsync<Exception>(() => host.DeliverAsync(0, 0, 2));
        var alarm = Assert.Single((await host.StateAsync("bars")).Alarms);
        Assert.Equal("failing", alarm.Kind);
        Assert.Contains("'S1'", alarm.Message, StringComparison.Ordinal);
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows(generation: 2));
        Assert.Empty((await host.StateAsync("bars")).Alarms);
    }

    [Fact]
    public async Task Failure_OfACommitThatNobodyWaitsFor_IsMadeGoodByTheNextTick()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 2; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 1);
        await host.TickAsync();
        var failed = new TaskCompletionSource();
        _bed.Store.Before = call =>
        {
            if (!call.IsChange)
                return Task.CompletedTask;
            failed.TrySetResult();
            throw new IOException("The disk is away.");
        };

        await host.DeliverAtOnceAsync(0, 1, 1);
        _bed.Time.Advance(TimeSpan.FromMilliseconds(50));
        await failed.Task;
        _bed.Store.Before = _ => Task.CompletedTask;
        // One reads the event again, another need not wait for more of them.
        await host.TickAsync();
        await host.TickAsync();

        Assert.Equal(["[0]", "[1]"], _bed.Sink.Rows());
        Assert.Empty((await host.StateAsync("ids")).Alarms);
    }

    [Fact]
    public async Task HubThatCannotBeAsked_OfOneStream_HoldsUpNoOther()
    {
        await using var host = _bed.Host();
        await host.PutAsync("another", StreamBed.Spec(StreamBed.Bars, StreamBed.Local).Replace("trades", "events", StringComparison.Ordinal));
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 10);
        await host.DeliverAsync(0, 0, 1);
        _bed.Hubs.Unreachable = "events";

        _bed.Time.Advance(TimeSpan.FromMinutes(2));
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows());
    }

    [Fact]
    public async Task DefinitionThatCannotBeRead_HoldsUpNoOtherStream()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        await _bed.Store.WriteAsync("streams", "another/stream.json", new MemoryStream("nonsense"u8.ToArray()), WriteCondition.None, default);
        _bed.Trade(0, 1, "S1", 1, 0);

        await host.DeliverAsync(0, 0, 1);

        Assert.Equal(["[1]"], _bed.Sink.Rows());
    }

    [Fact]
    public async Task HubThatWasMadeAgain_IsAnAlarmUntilTheStreamIsRewound()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 5; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 5);
        _bed.Hubs.Remake("trades");
        _bed.Trade(0, 7, "S1", 1, 7);
        await host.DeliverAsync(0, 0, 1);

        _bed.Time.Advance(TimeSpan.FromMinutes(1));
        await host.TickAsync();
        var alarm = Assert.Single((await host.StateAsync("ids")).Alarms);
        Assert.Equal("other-hub", alarm.Kind);
        Assert.Contains("ends with event 0, but event 4 was read before", alarm.Message, StringComparison.Ordinal);
        await host.RewindAsync("ids", "\"earliest\"");
        await host.TickAsync();

        Assert.Equal(["[7]"], _bed.Sink.Rows(generation: 2));
        Assert.Empty((await host.StateAsync("ids")).Alarms);
    }
}
