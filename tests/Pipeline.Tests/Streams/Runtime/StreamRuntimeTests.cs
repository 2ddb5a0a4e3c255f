using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>What streams do beside giving results: wait, go on, begin again, say what is wrong, lose nothing.</summary>
public sealed class StreamRuntimeTests : IDisposable
{
    private const string Query = "select symbol, window_start, count(*) as n from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchQuery = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n from trades where symbol <> 'flush' group by all";
    private const string Local = """ "partitionKey": ["symbol"] """;

    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Poison_GoesToQuarantineOnceWithReasonAndPlace()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Hubs.Append("trades", 0, "{ nonsense");
        _bed.Trade(0, 2, "S1", 1, 1);
        _bed.Hubs.Append("trades", 0, """{"id":"one","symbol":"S1","price":1,"time":"2026-01-31T12:00:02Z"}""");
        _bed.Flush();

        await host.DeliverAsync(0, 0, 5);
        await host.DeliverAsync(0, 0, 5);
        await using var other = _bed.Host();
        await other.DeliverAsync(0, 0, 5);

        var file = Assert.Single(await ListAsync("quarantine"));
        Assert.Equal("streams/bars/1/0/00000000000000000001.jsonl", file);
        var lines = (await ReadAsync("quarantine", file)).TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([1, 3], lines.Select(l => l.GetProperty("sequenceNumber").GetInt64()));
        Assert.Equal(["100", "300"], lines.Select(l => l.GetProperty("offset").GetString()));
        Assert.Equal("{ nonsense", lines[0].GetProperty("body").GetString());
        var letters = await new Quarantine(_bed.Store).LatestAsync("bars", 10, default);
        Assert.Equal([(0, 1L, "{ nonsense"), (0, 3, """{"id":"one","symbol":"S1","price":1,"time":"2026-01-31T12:00:02Z"}""")], letters.Events.Select(e => (e.Partition, e.SequenceNumber, e.Body)));
        Assert.Single((await new Quarantine(_bed.Store).LatestAsync("bars", 1, default)).Events);
        Assert.Contains("'id' is a text (one), not BIGINT", lines[1].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Equal(2, (await StateAsync(host)).Counters.DeadLettered);
    }

    [Fact]
    public async Task Poison_EventOverWhichTheQueryFails_GoesToQuarantineToo()
    {
        await using var host = _bed.Host();
        await host.PutAsync("casts", StreamBed.Spec("select id, cast(symbol as integer) as number from trades"));
        _bed.Trade(0, 1, "17", 1, 0);
        _bed.Trade(0, 2, "S1", 1, 0);
        _bed.Trade(0, 3, "18", 1, 0);

        await host.DeliverAsync(0, 0, 3);

        Assert.Equal(["[1,17]", "[3,18]"], _bed.Sink.Rows());
        Assert.Contains("S1", await ReadAsync("quarantine", Assert.Single(await ListAsync("quarantine"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LateEvents_WithASideOutput_GoToItsDataset()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local + """, "late": { "then": "side-output", "dataset": "late-trades" }"""));
        _bed.Trade(0, 1, "S1", 1, 300);
        _bed.Trade(0, 2, "S1", 2.5m, 10);

        await host.DeliverAsync(0, 0, 2);

        var files = (await ListAsync("datasets")).Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)).ToList();
        using var duck = new DuckDb();
        Assert.Equal([2L, "S1", 2.5m], duck.Rows($"SELECT id, symbol, price FROM '{_bed.Store.LocalPath("datasets", Assert.Single(files))}'")[0]);
        Assert.Equal(1, (await StateAsync(host)).Counters.Late);
    }

    [Fact]
    public async Task Windows_WithoutFurtherEvents_CloseWithTheClock()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trade(0, 1, "S1", 1, 10);
        await host.DeliverAsync(0, 0, 1);

        _bed.Time.Advance(TimeSpan.FromSeconds(29));
        await host.TickAsync();
        Assert.Empty(_bed.Sink.Rows());
        _bed.Time.Advance(TimeSpan.FromSeconds(30));
        await host.TickAsync();

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Pause_LetsTheHubGoOn_ResumeReadsWhatWasMissed()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trades(new Random(1), 100);
        await host.DeliverAsync(0, 0, 50);

        await host.Streams.SetStatusAsync("bars", StreamStatus.Paused, default);
        await host.DeliverAsync(0, 50, 50);
        _bed.Flush();
        await host.DeliverAsync(0, 100, 1);
        Assert.Empty(_bed.Sink.Rows(generation: 2));
        Assert.True((await StateAsync(host)).Lag > 40);
        await host.Streams.SetStatusAsync("bars", StreamStatus.Running, default);
        await host.TickAsync();

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Equal(0, (await StateAsync(host)).Lag);
    }

    [Fact]
    public async Task Rewind_ToTheStart_MakesAllResultsAgain()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        await host.DeliverAsync(0, 0, 101);

        var view = await host.Streams.RewindAsync("bars", """{ "to": "earliest" }"""u8.ToArray(), default);
        await host.TickAsync();

        Assert.Equal(2, view!.Generation);
        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows(generation: 2));
        Assert.Equal((2, null), (Assert.Single(_bed.Sink.Resets).Origin.Generation, _bed.Sink.Resets[0].From));
        Assert.DoesNotContain(await ListAsync("stream-state"), path => path.StartsWith("bars/1/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"2026-01-31T12:02:20Z\"", "12:02:20")]
    [InlineData("{ \"0\": 5 }", "12:02:30")]
    public async Task Rewind_ToAPlace_MakesTheWindowsAgainThatItHasAllEventsOf(string to, string since)
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
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
        await host.Streams.RewindAsync("bars", Encoding.UTF8.GetBytes($$"""{ "to": {{to}} }"""), default);
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

        await host.Streams.RewindAsync("bars", Encoding.UTF8.GetBytes($$"""{ "to": { "0": {{sequence}} } }"""), default);
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
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trade(0, 1, "S1", 1, 0);
        await host.DeliverAsync(0, 0, 1);

        await host.PutAsync("bars", StreamBed.Spec(Query, Local + """, "state": { "maxKeys": 500 }"""));
        _bed.Flush();
        await host.DeliverAsync(0, 1, 1);

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows(generation: 1));
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
    public async Task SinkDown_HoldsEventsBackAndRaisesAnAlarm_ThenNothingIsLost()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        _bed.Sink.Before = _ => throw new HttpRequestException("Connection refused.");

        await Assert.ThrowsAsync<SinkFailedException>(() => host.DeliverAsync(0, 0, 60));
        await Assert.ThrowsAsync<SinkFailedException>(() => host.DeliverAsync(0, 0, 60));
        var alarm = Assert.Single((await StateAsync(host)).Alarms);
        Assert.Equal("sink-failing", alarm.Kind);
        Assert.Contains("Connection refused.", alarm.Message, StringComparison.Ordinal);
        _bed.Sink.Before = _ => Task.CompletedTask;
        await host.DeliverAsync(0, 0, 60);
        await host.DeliverAsync(0, 60, 41);
        await host.TickAsync();

        Assert.Equal(_bed.Batch(BatchQuery), _bed.Sink.Rows());
        Assert.Empty((await StateAsync(host)).Alarms);
    }

    [Fact]
    public async Task SinkDown_OfOneStream_HoldsUpNoOther()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        _bed.Trades(new Random(1), 100);
        _bed.Flush();
        _bed.Sink.Before = output => output.Origin.Stream == "bars" ? throw new HttpRequestException("Connection refused.") : Task.CompletedTask;

        await host.DeliverAsync(0, 0, 60);
        await host.DeliverAsync(0, 60, 41);
        Assert.Equal(101, _bed.Sink.Rows().Count);
        _bed.Sink.Before = _ => Task.CompletedTask;
        await host.TickAsync();

        Assert.Equal(_bed.Batch(BatchQuery).Concat(_bed.Batch("select id from trades")).Order(StringComparer.Ordinal), _bed.Sink.Rows());
    }

    [Fact]
    public async Task Rows_OfDeliveriesInQuickSuccession_AreOneCommitThatWaitsForNoMore()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades"));
        _bed.Trades(new Random(1), 100);
        await host.DeliverAsync(0, 0, 10);
        var second = new TaskCompletionSource();
        _bed.Sink.Before = _ =>
        {
            second.TrySetResult();
            return Task.CompletedTask;
        };

        for (var at = 10; at < 100; at += 10)
            await host.DeliverAtOnceAsync(0, at, 10);
        Assert.Equal(10, _bed.Sink.Rows().Count);
        _bed.Time.Advance(TimeSpan.FromMilliseconds(50));
        await second.Task;
        await host.TickAsync();

        Assert.Equal(_bed.Batch("select id from trades"), _bed.Sink.Rows());
        Assert.Equal(2, _bed.Sink.Calls);
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
        var state = await StateAsync(host, "ids");
        Assert.Equal(4, state.Counters.Lost);
        Assert.Equal("events-lost", Assert.Single(state.Alarms).Kind);
    }

    [Fact]
    public async Task Deduplicate_EventsThatTheirSenderRepeats_CountOnce()
    {
        await using var host = _bed.Host();
        await host.PutAsync("ids", StreamBed.Spec("select id from trades", """ "deduplicate": { "by": ["id"], "within": "10m" } """));
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Trade(0, 1, "S1", 1, 5);
        _bed.Trade(0, 2, "S1", 1, 6);
        await host.DeliverAsync(0, 0, 2);
        await using var other = _bed.Host();
        _bed.Trade(0, 1, "S1", 1, 7);

        await other.DeliverAsync(0, 2, 2);
        await other.TickAsync();

        Assert.Equal(["[1]", "[2]"], _bed.Sink.Rows());
        Assert.Equal(2, (await StateAsync(other, "ids")).Counters.Duplicates);
    }

    [Fact]
    public async Task ReferenceTable_ThatChanges_IsReadAgain()
    {
        await using var host = _bed.Host();
        await WriteSymbolsAsync("first");
        await host.PutAsync("names", StreamBed.Spec("select id, name from trades join symbols using (symbol)", """ "tables": { "symbols": "symbols" } """));
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Trade(0, 2, "S1", 1, 0);

        await host.DeliverAsync(0, 0, 1);
        await WriteSymbolsAsync("second");
        _bed.Time.Advance(TimeSpan.FromSeconds(4));
        await host.DeliverAsync(0, 1, 1);

        Assert.Equal(["""[1,"first"]""", """[2,"second"]"""], _bed.Sink.Rows());
    }

    [Fact]
    public async Task Windows_AreKeptForReading_LatestFirst()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trades(new Random(1), 300);
        _bed.Flush();
        await host.DeliverAsync(0, 0, 150);
        await host.DeliverAsync(0, 150, 151);

        var windows = (await host.WindowsAsync("bars", top: 3))!;

        Assert.Equal(["symbol", "window_start", "n"], windows.Columns.Select(c => c.Name));
        Assert.Equal(3, windows.Windows.Count);
        Assert.Equal(windows.Windows.OrderByDescending(w => w.End), windows.Windows);
        Assert.Equal(_bed.Batch(BatchQuery), (await host.WindowsAsync("bars", top: 1000))!.Windows.SelectMany(w => w.Rows).Select(r => r.GetRawText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Delete_RemovesTheStreamAndItsState()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(Query, Local));
        _bed.Trades(new Random(1), 20);
        await host.DeliverAsync(0, 0, 20);

        Assert.True(await host.Streams.DeleteAsync("bars", default));

        Assert.Empty(await ListAsync("stream-state"));
        Assert.Null(await host.Streams.StateAsync("bars", default));
        Assert.False(await host.Streams.DeleteAsync("bars", default));
        await host.DeliverAsync(0, 0, 20);
        Assert.Empty(await ListAsync("stream-state"));
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
        var json = StreamBed.Spec(Query).Replace("\"record\"", "\"recrd\"", StringComparison.Ordinal);
        var fault = Assert.Single((await Assert.ThrowsAsync<SpecException>(() => host.PutAsync("bars", json))).Faults);
        Assert.Equal("/sinks/0", fault.Pointer);
        Assert.Contains("Did you mean 'record'?", fault.Detail, StringComparison.Ordinal);
    }

    private static async Task<StreamStateView> StateAsync(StreamHost host, string name = "bars") => (await host.Streams.StateAsync(name, default))!;

    private async Task<List<string>> ListAsync(string container) => await _bed.Store.ListAsync(container, "", default).Select(f => f.Path).ToListAsync();

    private async Task<string> ReadAsync(string container, string path)
    {
        using var reader = new StreamReader(await _bed.Store.OpenReadAsync(container, path, default), Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private async Task WriteSymbolsAsync(string name)
    {
        using var folder = new TemporaryFolder();
        using var duck = new DuckDb();
        duck.Write($"SELECT 'S1' AS symbol, '{name}' AS name", folder["symbols.parquet"]);
        await using var content = File.OpenRead(folder["symbols.parquet"]);
        await _bed.Store.WriteAsync("datasets", "symbols/symbols.parquet", content, WriteCondition.None, default);
    }
}
