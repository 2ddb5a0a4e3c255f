using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>A stream that is paused, replayed, changed or removed: what it has counted stays counted, and nothing is missed.</summary>
public sealed class StreamChangeTests : IDisposable
{
    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Pause_LetsTheHubGoOn_ResumeReadsWhatWasMissed()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trades(new Random(1), 100);
        await host.DeliverAsync(0, 0, 50);

        await host.Streams.SetStatusAsync("bars", StreamStatus.Paused, default);
        await host.DeliverAsync(0, 50, 50);
        _bed.Flush();
        await host.DeliverAsync(0, 100, 1);
        Assert.Empty(_bed.Sink.Rows(generation: 2));
        Assert.True((await host.StateAsync("bars")).Lag > 40);
        await host.Streams.SetStatusAsync("bars", StreamStatus.Running, default);
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows());
        Assert.Equal(0, (await host.StateAsync("bars")).Lag);
    }

    [Fact]
    public async Task Rewind_ToTheStart_MakesAllResultsAgain()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        await host.DeliverAsync(0, 0, 101);

        var view = await host.RewindAsync("bars", "\"earliest\"");
        await host.TickAsync();

        Assert.Equal(2, view!.Generation);
        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows(generation: 2));
        Assert.Equal((2, null), (Assert.Single(_bed.Sink.Resets).Origin.Generation, _bed.Sink.Resets[0].From));
        Assert.DoesNotContain(await _bed.ListAsync("stream-state"), path => path.StartsWith("bars/1/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"2026-01-31T12:02:20Z\"", "12:02:20")]
    [InlineData("{ \"0\": 5 }", "12:02:30")]
    public async Task Rewind_ToAPlace_MakesTheWindowsAgainThatItHasAllEventsOf(string to, string since)
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        for (var minute = 0; minute < 5; minute++)
        {
            _bed.Trade(0, minute, "S1", 1, minute * 60 + 15);
            _bed.Time.Advance(TimeSpan.FromSeconds(30));
            _bed.Trade(0, minute, "S1", 1, minute * 60 + 45);
            _bed.Time.Advance(TimeSpan.FromSeconds(30));
        }
        _bed.Flush();
        await host.DeliverAsync(0, 0, 11);

        // Half of the third minute's events are before this: that window stays as it was.
        await host.RewindAsync("bars", to);
        await host.TickAsync();

        Assert.Equal(["""["S1","2026-01-31 12:03:00",2]""", """["S1","2026-01-31 12:04:00",2]"""], _bed.Sink.Rows(generation: 2));
        Assert.Equal(Micros.Of(DateTimeOffset.Parse($"2026-01-31T{since}Z", CultureInfo.InvariantCulture)), Assert.Single(_bed.Sink.Resets).From);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(7, 3)]
    public async Task Rewind_ToASequenceNumber_BeginsWithThatEvent(int sequence, int events)
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 10; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 10);
        _bed.Time.Advance(TimeSpan.FromMinutes(1));

        await host.RewindAsync("bars", $$"""{ "0": {{sequence}} }""");
        await host.TickAsync();

        Assert.Equal(events, _bed.Sink.Rows(generation: 2).Count);
    }

    [Fact]
    public async Task Put_OtherQuery_GoesOnBehindTheEventsThatTheOldOneHasSeen()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 10; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 6);

        await host.PutAsync("bars", StreamBed.Spec("select id, symbol from trades"));
        await host.DeliverAsync(0, 3, 7);

        Assert.Equal(6, _bed.Sink.Rows(generation: 1).Count);
        Assert.Equal(["""[6,"S1"]""", """[7,"S1"]""", """[8,"S1"]""", """[9,"S1"]"""], _bed.Sink.Rows(generation: 2));
        Assert.Empty(_bed.Sink.Resets);
    }

    [Fact]
    public async Task Put_OtherSinksOnly_KeepsTheStateOfOpenWindows()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 0);
        await host.DeliverAsync(0, 0, 1);

        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local + """, "state": { "maxKeys": 500 }"""));
        _bed.Flush();
        await host.DeliverAsync(0, 1, 1);

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows(generation: 1));
    }

    [Fact]
    public async Task Put_FromNow_TakesNoEventsOfBefore()
    {
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Time.Advance(TimeSpan.FromSeconds(1));
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades").Replace("\"from\": \"earliest\",", "", StringComparison.Ordinal));
        _bed.Trade(0, 2, "S1", 1, 0);
        _bed.Trade(0, 3, "S1", 1, 0);

        await host.DeliverAsync(0, 2, 1);
        await host.TickAsync();

        Assert.Equal(["[2]", "[3]"], _bed.Sink.Rows());
    }

    [Fact]
    public async Task Delete_RemovesTheStreamAndItsState()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trades(new Random(1), 20);
        await host.DeliverAsync(0, 0, 20);

        Assert.True(await host.Streams.DeleteAsync("bars", default));

        Assert.Empty(await _bed.ListAsync("stream-state"));
        Assert.Null(await host.Streams.StateAsync("bars", default));
        Assert.False(await host.Streams.DeleteAsync("bars", default));
        await host.DeliverAsync(0, 0, 20);
        Assert.Empty(await _bed.ListAsync("stream-state"));
    }

    [Theory]
    [InlineData("select count(*) from trades", "/query")]
    [InlineData("select symbo from trades", "/query")]
    [InlineData("select * from read_csv('/etc/passwd')", "/query")]
    public async Task Put_QueryThatCannotRun_SaysWhy(string query, string pointer)
    {
        await using var host = _bed.Host();
        var fault = Assert.Single((await Assert.ThrowsAsync<SpecException>(() => host.PutAsync("bars", StreamBed.Spec(query)))).Faults);
        Assert.Equal(pointer, fault.Pointer);
    }

    [Fact]
    public async Task Put_SinkOfNoKind_OffersTheNearest()
    {
        await using var host = _bed.Host();
        var json = StreamBed.Spec(StreamBed.Bars).Replace("\"record\"", "\"recrd\"", StringComparison.Ordinal);
        var fault = Assert.Single((await Assert.ThrowsAsync<SpecException>(() => host.PutAsync("bars", json))).Faults);
        Assert.Equal("/sinks/0", fault.Pointer);
        Assert.Contains("Did you mean 'record'?", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rewind_AnotherHostStillAtWorkOnTheOldGeneration_BringsNothingOfThatBack()
    {
        await using var one = _bed.Host();
        await using var other = _bed.Host();
        await one.PutAsync("ids", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 4; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await other.DeliverAsync(0, 0, 3);

        await one.RewindAsync("ids", "\"earliest\"");
        // It looks for changes once a second, and has not yet.
        await Assert.ThrowsAsync<StreamFencedException>(() => other.DeliverAsync(0, 3, 1));
        Assert.DoesNotContain("ids/1/input-0/state.json", await _bed.ListAsync("stream-state"));
        _bed.Time.Advance(TimeSpan.FromSeconds(2));
        await other.DeliverAsync(0, 3, 1);
        await other.TickAsync();

        Assert.Equal(["[0]", "[1]", "[2]"], _bed.Sink.Rows(generation: 1));
        Assert.Equal(["[0]", "[1]", "[2]", "[3]"], _bed.Sink.Rows(generation: 2));
    }

    [Fact]
    public async Task Rewind_RowsOfASenderWhoseClockIsAhead_LosesNone()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades").Replace("\"record\": \"all\"", "\"dataset\": \"ids\"", StringComparison.Ordinal));
        for (var i = 0; i < 10; i++)
        {
            _bed.Trade(0, i, "S1", 1, i == 2 ? 3_600 : i);
            await host.DeliverAsync(0, i, 1);
            _bed.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await host.RewindAsync("ids", "\"2026-01-31T12:06:30Z\"");
        await host.TickAsync();

        // The commit that holds the first event of the replay stays: it might hold others.
        var files = (await _bed.ListAsync("datasets")).Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)).Select(f => $"'{_bed.Store.LocalPath("datasets", f)}'");
        using var duck = new DuckDb();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9], duck.Rows($"SELECT id FROM read_parquet([{string.Join(", ", files)}]) ORDER BY id").Select(r => (long)r[0]!));
    }

    [Fact]
    public async Task Put_OtherQueryBeforeAReplayHasBegun_BeginsWhereThatWasToBegin()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        for (var i = 0; i < 6; i++)
            _bed.Trade(0, i, "S1", 1, i);
        await host.DeliverAsync(0, 0, 6);
        _bed.Time.Advance(TimeSpan.FromMinutes(1));

        await host.RewindAsync("ids", """{ "0": 4 }""");
        await host.PutAsync("ids", StreamBed.Spec("select id, symbol from trades"));
        await host.TickAsync();

        Assert.Equal(["""[4,"S1"]""", """[5,"S1"]"""], _bed.Sink.Rows(generation: 3));
    }

    [Fact]
    public async Task Put_AfterDelete_BeginsAGenerationThatNoReceiverHasSeen()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        _bed.Trade(0, 1, "S1", 1, 0);
        await host.DeliverAsync(0, 0, 1);
        await host.RewindAsync("ids", "\"earliest\"");

        await host.Streams.DeleteAsync("ids", default);
        await host.PutAsync("ids", StreamBed.Spec("select id + 10 as id from trades"));
        await host.TickAsync();

        Assert.Equal(["[11]"], _bed.Sink.Rows(generation: 3));
    }
}
