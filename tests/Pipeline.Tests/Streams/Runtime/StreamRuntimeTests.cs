using System.Text.Json;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>What streams do beside giving results: poison, late events, the clock, repeated events, reference tables, windows for reading.</summary>
public sealed class StreamRuntimeTests : IDisposable
{
    private readonly StreamBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Poison_GoesToQuarantineOnceWithReasonAndPlace()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 0);
        _bed.Hubs.Append("trades", 0, "{ nonsense");
        _bed.Trade(0, 2, "S1", 1, 1);
        _bed.Hubs.Append("trades", 0, """{"id":"one","symbol":"S1","price":1,"time":"2026-01-31T12:00:02Z"}""");
        _bed.Flush();

        await host.DeliverAsync(0, 0, 5);
        await host.DeliverAsync(0, 0, 5);
        await using var other = _bed.Host();
        await other.DeliverAsync(0, 0, 5);

        var file = Assert.Single(await _bed.ListAsync("quarantine"));
        Assert.Equal("streams/bars/1/0/00000000000000000001.jsonl", file);
        var lines = (await _bed.ReadAsync("quarantine", file)).TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([1, 3], lines.Select(l => l.GetProperty("sequenceNumber").GetInt64()));
        Assert.Equal(["100", "300"], lines.Select(l => l.GetProperty("offset").GetString()));
        Assert.Equal("{ nonsense", lines[0].GetProperty("body").GetString());
        var letters = await new Quarantine(_bed.Store).LatestAsync("bars", 10, default);
        Assert.Equal([(0, 1L, "{ nonsense"), (0, 3, """{"id":"one","symbol":"S1","price":1,"time":"2026-01-31T12:00:02Z"}""")], letters.Events.Select(e => (e.Partition, e.SequenceNumber, e.Body)));
        Assert.Single((await new Quarantine(_bed.Store).LatestAsync("bars", 1, default)).Events);
        Assert.Contains("'id' is a text (one), not BIGINT", lines[1].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows());
        Assert.Equal(2, (await host.StateAsync("bars")).Counters.DeadLettered);
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
        Assert.Contains("S1", await _bed.ReadAsync("quarantine", Assert.Single(await _bed.ListAsync("quarantine"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LateEvents_WithASideOutput_GoToItsDataset()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local + """, "late": { "then": "side-output", "dataset": "late-trades" }"""));
        _bed.Trade(0, 1, "S1", 1, 300);
        _bed.Trade(0, 2, "S1", 2.5m, 10);

        await host.DeliverAsync(0, 0, 2);

        var files = (await _bed.ListAsync("datasets")).Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)).ToList();
        using var duck = new DuckDb();
        Assert.Equal([2L, "S1", 2.5m], duck.Rows($"SELECT id, symbol, price FROM '{_bed.Store.LocalPath("datasets", Assert.Single(files))}'")[0]);
        Assert.Equal(1, (await host.StateAsync("bars")).Counters.Late);
    }

    [Fact]
    public async Task Windows_WithoutFurtherEvents_CloseWithTheClock()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 10);
        await host.DeliverAsync(0, 0, 1);

        _bed.Time.Advance(TimeSpan.FromSeconds(29));
        await host.TickAsync();
        Assert.Empty(_bed.Sink.Rows());
        _bed.Time.Advance(TimeSpan.FromSeconds(30));
        await host.TickAsync();

        Assert.Equal(_bed.Batch(StreamBed.BatchBars), _bed.Sink.Rows());
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
    public async Task Idle_WithNothingToGive_WritesNothing()
    {
        await using var host = _bed.Host();
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trade(0, 1, "S1", 1, 10);
        await host.DeliverAsync(0, 0, 1);
        _bed.Time.Advance(TimeSpan.FromMinutes(2));
        await host.TickAsync();
        await host.TickAsync();

        var changes = new List<string>();
        _bed.Store.After = call =>
        {
            changes.Add(call.Path);
            return Task.CompletedTask;
        };
        for (var second = 0; second < 5; second++)
        {
            _bed.Time.Advance(TimeSpan.FromSeconds(1));
            await host.TickAsync();
        }

        Assert.Empty(changes);
    }

    [Fact]
    public async Task ReferenceTable_ThatChangesOften_LeavesNoCopiesBehind()
    {
        await using var host = _bed.Host();
        await WriteSymbolsAsync("first");
        await host.PutAsync("names", StreamBed.Spec("select id, name from trades join symbols using (symbol)", """ "tables": { "symbols": "symbols" } """));

        for (var i = 0; i < 4; i++)
        {
            await WriteSymbolsAsync($"{i}");
            _bed.Time.Advance(TimeSpan.FromSeconds(4));
            _bed.Trade(0, i, "S1", 1, 0);
            await host.DeliverAsync(0, i, 1);
        }

        Assert.Equal(_bed.Batch("select id, id::varchar from trades"), _bed.Sink.Rows());
        Assert.Equal(2, Directory.GetFiles(host.References.Folder, "*.parquet").Length);
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
        Assert.Equal(2, (await other.StateAsync("ids")).Counters.Duplicates);
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
        await host.PutAsync("bars", StreamBed.Spec(StreamBed.Bars, StreamBed.Local));
        _bed.Trades(new Random(1), 300);
        _bed.Flush();
        await host.DeliverAsync(0, 0, 150);
        await host.DeliverAsync(0, 150, 151);

        var windows = (await host.WindowsAsync("bars", top: 3))!;

        Assert.Equal(["symbol", "window_start", "n"], windows.Columns.Select(c => c.Name));
        Assert.Equal(3, windows.Windows.Count);
        Assert.Equal(windows.Windows.OrderByDescending(w => w.End), windows.Windows);
        Assert.Equal(_bed.Batch(StreamBed.BatchBars), (await host.WindowsAsync("bars", top: 1000))!.Windows.SelectMany(w => w.Rows).Select(r => r.GetRawText()).Order(StringComparer.Ordinal));
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
