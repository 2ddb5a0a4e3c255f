using Pipeline.Sql;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>What a warm task does with batches of events.</summary>
public sealed class StreamTaskTests : IDisposable
{
    private const long Second = 1_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("streams").FullName;
    private readonly TaskRows _rows;

    public StreamTaskTests() => _rows = new TaskRows(_folder);

    [Fact]
    public async Task Apply_ARowWiseQuery_GivesItsRowsInTheOrderOfEvents()
    {
        using var task = await OpenAsync("select symbol, price * 2 as twice, sequence_number from trades where size > 1");

        await task.ApplyAsync(Batch(new(0, 1, "A", 1.5, 2, 0), new(0, 2, "B", 2.5, 1, 0), new(0, 3, null, null, 3, 0)), default);
        await task.ApplyAsync(Batch(new StreamEvent(0, 4, "a text of more than twelve bytes", 0, 9, 0)), default);

        Assert.Equal(["[\"A\",3.0,1]", "[null,null,3]", "[\"a text of more than twelve bytes\",0.0,4]"], await _rows.TakeAsync(task));
        Assert.Equal(0, await task.WriteRowsAsync(Path.Combine(_folder, "none.parquet"), default));
    }

    [Fact]
    public async Task Apply_EventsOverWhichTheQueryFails_RefusesThemAndTakesTheOthers()
    {
        using var task = await OpenAsync("select window_start, sum(CAST(symbol AS INTEGER)) as s from trades group by tumble(time, '10s')");
        var events = Enumerable.Range(0, 100).Select(i => new StreamEvent(0, i, i is 17 or 18 or 60 ? "poison" : "1", 1, 1, i)).ToArray();

        var outcome = await task.ApplyAsync(Batch(events), default);

        Assert.Equal([17, 18, 60], outcome.Refused.Select(r => r.Index));
        Assert.All(outcome.Refused, r => Assert.Contains("poison", r.Reason, StringComparison.Ordinal));
        var closed = await task.CloseAsync(10 * Second, default);
        Assert.Equal(["[\"1970-01-01 00:00:00\",97]"], await _rows.OfAsync(task, closed));
    }

    [Fact]
    public async Task Close_AWindowCorrectedLater_GivesItOutAgainWhole()
    {
        using var task = await OpenAsync("select symbol, count(*) as n from trades group by symbol, tumble(time, '10s')");
        await task.ApplyAsync(Batch(new(0, 1, "A", 1, 1, 1), new(0, 2, "B", 1, 1, 2), new(0, 3, "A", 1, 1, 12 * Second)), default);
        var first = await task.CloseAsync(11 * Second, default);
        task.Confirm(0);
        var nothing = await task.CloseAsync(12 * Second, default);
        await task.ApplyAsync(Batch(new StreamEvent(0, 4, "B", 1, 1, 3)), default);

        var again = await task.CloseAsync(12 * Second, default);

        Assert.Equal([new WindowResult(0, 10 * Second, 0, 0, 2)], first.Windows);
        Assert.Empty(nothing.Windows);
        Assert.Equal([new WindowResult(0, 10 * Second, 1, 0, 2)], again.Windows);
        Assert.Equal(["[\"A\",1]", "[\"B\",2]"], await _rows.OfAsync(task, again));
    }

    [Fact]
    public async Task Close_ASessionThatALateEventMadeLonger_TakesBackTheOldOne()
    {
        using var task = await OpenAsync("select symbol, count(*) as n from trades group by symbol, session(time, '10s')");
        await task.ApplyAsync(Batch(new(0, 1, "A", 1, 1, 0), new(0, 2, "B", 1, 1, 100 * Second)), default);
        var first = await task.CloseAsync(50 * Second, default);
        task.Confirm(0);
        await task.ApplyAsync(Batch(new StreamEvent(0, 3, "A", 1, 1, 6 * Second)), default);

        var again = await task.CloseAsync(50 * Second, default);

        Assert.Equal([new WindowResult(0, 10 * Second, 0, 0, 1)], first.Windows);
        Assert.Equal([new WindowResult(0, 10 * Second, 1, 0, 0), new WindowResult(0, 16 * Second, 1, 0, 1)], again.Windows);
    }

    [Fact]
    public async Task Close_BeforeConfirm_GivesTheSameWindowsAgain()
    {
        using var task = await OpenAsync("select count(*) as n from trades group by tumble(time, '10s')");
        await task.ApplyAsync(Batch(new StreamEvent(0, 1, "A", 1, 1, 0)), default);

        var first = await task.CloseAsync(10 * Second, default);
        var second = await task.CloseAsync(10 * Second, default);
        task.Confirm(10 * Second);
        var third = await task.CloseAsync(10 * Second, default);

        Assert.Equal(first.Windows, second.Windows);
        Assert.Single(first.Windows);
        Assert.Empty(third.Windows);
        Assert.Equal(new StreamPosition(10 * Second, 0, 10 * Second), task.Position);
    }

    [Fact]
    public async Task Confirm_WindowsThatCanNoLongerBeCorrected_LeavesNothingOfThemInTheState()
    {
        using var task = await OpenAsync("select symbol, count(*) as n from trades group by symbol, tumble(time, '10s')");
        for (var window = 0; window < 50; window++)
        {
            await task.ApplyAsync(Batch([.. Enumerable.Range(0, 20).Select(i => new StreamEvent(0, (window * 20) + i, $"S{i}", 1, 1, window * 10 * Second))]), default);
            await task.CloseAsync(window * 10 * Second, default);
            task.Confirm(window * 10 * Second);
        }

        await task.WriteSnapshotAsync(Path.Combine(_folder, "all.parquet"), default);

        Assert.Equal(20, task.Measure(1_000).Keys);
        Assert.Equal(20, Rows("all.parquet"));
        Assert.True(task.Measure(1_000).Bytes > 0);
    }

    [Fact]
    public async Task Measure_BatchesOfTheSameKeys_CountsEachKeyOnce()
    {
        using var task = await OpenAsync("select symbol, count(*) as n from trades group by symbol, tumble(time, '10s')");
        for (var batch = 0; batch < 50; batch++)
            await task.ApplyAsync(Batch([.. Enumerable.Range(0, 20).Select(i => new StreamEvent(0, (batch * 20) + i, $"S{i}", 1, 1, Second))]), default);

        Assert.Equal(20, task.Measure(1_000).Keys);
        await task.ApplyAsync(Batch(new StreamEvent(0, 2_000, "another", 1, 1, Second)), default);
        Assert.Equal(21, task.Measure(20).Keys);
    }

    [Fact]
    public async Task Deduplicate_AnEventThatComesAgain_IsDroppedAlsoAfterARestore()
    {
        var options = Options with { Deduplicate = new DeduplicateSpec(["symbol", "size"], TimeSpan.FromSeconds(10)) };
        var query = await CompileAsync("select symbol, count(*) as n from trades group by symbol, tumble(time, '1 hour')");
        using var task = await StreamTask.OpenAsync(query, options, default);
        var first = await task.ApplyAsync(Batch(new(0, 1, "A", 1, 1, 0), new(0, 2, "A", 2, 1, 9 * Second), new(0, 3, "A", 1, 2, 0), new(0, 4, null, 1, 1, 0), new(0, 5, "A", 1, 1, 10 * Second)), default);
        var delta = Path.Combine(_folder, "delta1.parquet");
        await task.WriteDeltaAsync(delta, default);

        using var restored = await StreamTask.OpenAsync(query, options, default);
        await restored.RestoreAsync([delta], task.Position, default);
        var second = await restored.ApplyAsync(Batch(new(0, 6, "A", 1, 1, 15 * Second), new(0, 7, null, 1, 1, Second), new(0, 8, "B", 1, 1, 15 * Second)), default);

        Assert.Equal(1, first.Duplicates);
        Assert.Equal(2, second.Duplicates);
        var closed = await restored.CloseAsync(3600 * Second, default);
        Assert.Equal(["[\"A\",3]", "[\"B\",1]", "[null,1]"], await _rows.OfAsync(restored, closed));
        Assert.Equal(4, restored.Measure(1_000).DeduplicationKeys);
    }

    [Fact]
    public async Task Apply_ABatchOfNothingNew_LeavesNoDelta()
    {
        using var task = await OpenAsync("select count(*) as n from trades where size > 5 group by tumble(time, '10s')");
        await task.ApplyAsync(Batch(new StreamEvent(0, 1, "A", 1, 1, 0)), default);

        Assert.Equal(0, await task.WriteDeltaAsync(Path.Combine(_folder, "delta2.parquet"), default));
        Assert.False(File.Exists(Path.Combine(_folder, "delta2.parquet")));
    }

    [Fact]
    public async Task SetReference_WithNewFiles_ReplacesWhatWasThere()
    {
        var query = await CompileAsync("select t.symbol, sector from trades t left join symbols s on t.symbol = s.symbol");
        using var task = await StreamTask.OpenAsync(query, Options, default);
        var rows = new List<string>();
        foreach (var (sector, index) in new[] { "tech", "energy" }.Select((s, i) => (s, i)))
        {
            var file = Path.Combine(_folder, $"symbols{index}.parquet");
            using (var session = DuckDbSession.Open()) session.Execute($"COPY (SELECT 'A' AS symbol, '{sector}' AS sector, 1 AS lot) TO '{file}' (FORMAT parquet)");
            await task.SetReferenceAsync("SYMBOLS", [new ParquetFile(file)], default);
            await task.ApplyAsync(Batch(new StreamEvent(0, index, "A", 1, 1, 0)), default);
        }

        Assert.Equal(["[\"A\",\"tech\"]", "[\"A\",\"energy\"]"], await _rows.TakeAsync(task));
    }

    [Fact]
    public async Task SetReference_WithAFileOutsideOfTheTasksFolders_IsRefused()
    {
        using var task = await OpenAsync("select t.symbol, sector from trades t join symbols s on t.symbol = s.symbol");
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.parquet");
        using (var session = DuckDbSession.Open()) session.Execute($"COPY (SELECT 'A' AS symbol, 'x' AS sector, 1 AS lot) TO '{file}' (FORMAT parquet)");

        await Assert.ThrowsAsync<SqlExecutionException>(() => task.SetReferenceAsync("symbols", [new ParquetFile(file)], default));

        File.Delete(file);
    }

    [Fact]
    public async Task Apply_AllTypesWithNulls_KeepsEveryValue()
    {
        EventColumnSchema[] columns =
        [
            new("b", EventColumnType.Boolean), new("i", EventColumnType.BigInt), new("d", EventColumnType.Double), new("n4", EventColumnType.Decimal, 4, 2), new("n9", EventColumnType.Decimal, 9, 0),
            new("n18", EventColumnType.Decimal, 18, 6), new("n38", EventColumnType.Decimal, 38, 10), new("v", EventColumnType.Varchar), new("t", EventColumnType.Timestamp), new("y", EventColumnType.Date),
        ];
        var query = await StreamQuery.CompileAsync("select * from events", new StreamSource("all", columns, "t"), [], default);
        using var task = await StreamTask.OpenAsync(query, Options, default);
        var batch = new EventBatch(columns);
        for (var i = 0; i < 5000; i++)
        {
            batch.Columns[0].Append(i % 2 == 0);
            batch.Columns[1].Append((long)i);
            batch.Columns[2].Append(i / 4.0);
            batch.Columns[3].Append((Int128)(i % 9999));
            batch.Columns[4].Append((Int128)i);
            batch.Columns[5].Append((Int128)(-i));
            batch.Columns[6].Append(Int128.Parse("12345678901234567890123456789", System.Globalization.CultureInfo.InvariantCulture) + i);
            batch.Columns[7].Append(System.Text.Encoding.UTF8.GetBytes(new string('é', i % 20)));
            batch.Columns[8].Append(i * Second);
            batch.Columns[9].Append((long)i);
            if (i % 7 == 3)
            {
                // Poison: all columns have a value, and all go again.
                batch.Discard();
                foreach (var column in batch.Columns.Where(c => c.Name != "t")) column.AppendNull();
                batch.Columns[8].Append(i * Second);
            }

            batch.Add(i, i);
        }

        await task.ApplyAsync(batch, default);

        var rows = await _rows.TakeAsync(task);
        Assert.Equal("[false,4999,1249.75,49.99,4999.0,-0.004999,1234567890123456789.0123461788,\"" + new string('é', 19) + "\",\"1970-01-01 01:23:19\",\"1983-09-09\"]", rows[4999]);
        Assert.Equal("[null,null,null,null,null,null,null,null,\"1970-01-01 00:00:03\",null]", rows[3]);
        Assert.Equal(5000, rows.Count);
    }

    public void Dispose()
    {
        _rows.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private StreamTaskOptions Options => new() { Folder = _folder };

    private static Task<StreamQuery> CompileAsync(string sql) =>
        StreamQuery.CompileAsync(sql, StreamEvent.Source, [new TableSchema("symbols", [new("symbol", "VARCHAR"), new("sector", "VARCHAR"), new("lot", "INTEGER")])], default);

    private async Task<StreamTask> OpenAsync(string sql) => await StreamTask.OpenAsync(await CompileAsync(sql), Options, default);

    private static EventBatch Batch(params StreamEvent[] events)
    {
        var batch = new EventBatch(StreamEvent.Source.Columns);
        foreach (var e in events) e.AddTo(batch);
        return batch;
    }

    private long Rows(string file)
    {
        using var session = DuckDbSession.Open();
        return session.Read($"SELECT count(*) FROM '{Path.Combine(_folder, file)}'", reader => reader.Read() ? reader.GetInt64(0) : 0);
    }
}
