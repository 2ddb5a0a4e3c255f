using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Sinks;

public sealed class DatasetSinkTests : IDisposable
{
    private readonly DatasetBed _bed = new();
    private readonly Outputs _outputs = new();
    private readonly OpenFence _fence = new();

    public void Dispose()
    {
        _outputs.Dispose();
        _bed.Dispose();
    }

    [Fact]
    public async Task Publish_Windows_BecomeAFileEachNamedByWindowAndPartition()
    {
        await PublishAsync(Sink(), _outputs.Windowed(1, (0, 2, 0), (1, 3, 0)));

        Assert.Equal(["bars/vwap.input-2.20260131T230000Z-20260131T230100Z.parquet", "bars/vwap.input-2.20260131T230100Z-20260131T230200Z.parquet"], await PathsAsync());
        Assert.Equal(["S0|1.5|0", "S1|2.5|1", "S2|3.5|2"], Rows((await PathsAsync())[1]));
        var dataset = await new DatasetCatalog(_bed.Store, _bed.Listing, _bed.Footers).OpenAsync("bars", default);
        Assert.Equal(["symbol VARCHAR", "window_start TIMESTAMP", "vwap DOUBLE", "volume DECIMAL(38,0)"], dataset.Columns.Select(c => $"{c.Name} {c.Type}"));
    }

    [Fact]
    public async Task Publish_PartitionedByDay_GoesToTheFolderOfTheWindowsStart()
    {
        await PublishAsync(Sink("""{ "dataset": "bars", "partitionBy": "day" }"""), _outputs.Windowed(1, (59, 1, 0), (60, 1, 0)));

        Assert.Equal(
            ["bars/date=2026-01-31/vwap.input-2.20260131T235900Z-20260201T000000Z.parquet", "bars/date=2026-02-01/vwap.input-2.20260201T000000Z-20260201T000100Z.parquet"],
            await PathsAsync());
    }

    [Fact]
    public async Task Publish_TheSameTwice_ChangesNothing()
    {
        var output = _outputs.Windowed(1, (0, 2, 0), (1, 3, 0));
        await PublishAsync(Sink(), output);
        var first = await ContentAsync();

        await PublishAsync(Sink(), output);

        Assert.Equal(first, await ContentAsync());
    }

    [Fact]
    public async Task Publish_ACorrectedWindow_TakesThePlaceOfTheFirst()
    {
        var sink = Sink(corrects: true);
        await PublishAsync(sink, _outputs.Windowed(1, (0, 2, 0), (1, 3, 0)));
        await PublishAsync(sink, _outputs.Windowed(2, (0, 1, 1), (1, 0, 1)));

        Assert.Equal(["S0|100.5|0"], await AllRowsAsync());
    }

    [Fact]
    public async Task Publish_ManyWindowsAtOnce_BecomeOneFileOfEachFolder()
    {
        await PublishAsync(Sink("""{ "dataset": "bars", "partitionBy": "hour" }"""), _outputs.Windowed(4, [.. Enumerable.Range(0, 90).Select(m => (m, 2, 0))]));

        Assert.Equal(
        [
            "bars/hour=2026-01-31T23/vwap.input-2.20260131T230000Z-20260201T000000Z.1-000000000004.parquet",
            "bars/hour=2026-02-01T00/vwap.input-2.20260201T000000Z-20260201T003000Z.1-000000000004.parquet",
        ], await PathsAsync());
        Assert.Equal(180, (await AllRowsAsync()).Count);
    }

    [Fact]
    public async Task Publish_RowsWithoutWindows_GoByTheirOwnTime()
    {
        var output = _outputs.Rows(4, 3) with { Enqueued = Outputs.Minute(7) };
        await PublishAsync(Sink("""{ "dataset": "bars", "partitionBy": "day", "timeColumn": "window_start" }""", windowed: false), output);

        Assert.Equal(Enumerable.Range(0, 3).Select(i => $"bars/date=2026-{(i == 0 ? "01-31" : $"02-0{i}")}/vwap.input-2.20260131T230700Z-20260131T230700Z.1-000000000004.parquet"), await PathsAsync());
    }

    [Fact]
    public async Task Publish_RowsOfPlainTypes_GoAsTheyAre()
    {
        var output = _outputs.Rows(4, 3) with { Columns = [new("symbol", "VARCHAR"), new("window_start", "TIMESTAMP"), new("vwap", "DOUBLE"), new("volume", "VARCHAR")] };
        await PublishAsync(Sink(windowed: false), output);

        Assert.Equal(await File.ReadAllBytesAsync(output.File), await File.ReadAllBytesAsync(_bed.Store.LocalPath("datasets", Assert.Single(await PathsAsync()))!));
    }

    [Fact]
    public async Task Publish_AHostThatHasLostThePartition_WritesNothing()
    {
        _fence.Closed = true;

        await Assert.ThrowsAsync<StreamFencedException>(() => PublishAsync(Sink(), _outputs.Windowed(1, (0, 2, 0))));

        Assert.Empty(await PathsAsync());
    }

    [Fact]
    public async Task Publish_TheNewOwnerWritesBetweenTheFenceAndTheWrite_LosesNothingOfIt()
    {
        await PublishAsync(Sink(corrects: true), _outputs.Windowed(1, (0, 2, 0)));
        // The stale host has passed its fence when the new owner corrects the window.
        var stale = new OpenFence();
        stale.OnCheck = async () =>
        {
            stale.OnCheck = null;
            await PublishAsync(Sink(corrects: true), _outputs.Windowed(2, (0, 1, 1)));
            stale.Closed = true;
        };

        await Assert.ThrowsAsync<StreamFencedException>(() => Sink(corrects: true).PublishAsync(_outputs.Windowed(1, (0, 2, 0)), stale, default));

        Assert.Equal(["S0|100.5|0"], await AllRowsAsync());
    }

    [Fact]
    public async Task Publish_KilledAtAnyWrite_IsWholeAfterTheNextAttempt()
    {
        var output = _outputs.Windowed(4, [.. Enumerable.Range(0, 40).Select(m => (m, 2, 0))]);
        for (var step = 1; step <= 2; step++)
        {
            _bed.Store.KillAt(step);
            await Assert.ThrowsAsync<FaultyStore.KilledException>(() => PublishAsync(Sink(), output));
            await PublishAsync(Sink(), output);
            Assert.Equal(80, (await AllRowsAsync()).Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reset_FromATime_RemovesTheWindowsThatAreMadeAgain(bool compacted)
    {
        await PublishAsync(Sink(), _outputs.Windowed(1, (0, 1, 0), (1, 2, 0)));
        await PublishAsync(Sink(), _outputs.Windowed(2, [.. Enumerable.Range(2, 40).Select(m => (m, 1, 0))]));
        await PublishAsync(Sink(), _outputs.Windowed(new StreamOrigin("vwap", 1, StreamStage.Input, 5, 1), (10, 1, 0)));
        await PublishAsync(Sink(), _outputs.Windowed(new StreamOrigin("other", 1, StreamStage.Input, 2, 1), (10, 1, 0)));
        if (compacted) await CompactAsync();

        await Sink().ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(10), _fence, default);

        var vwap = (await PathsAsync()).Where(p => p.Contains("/vwap.input-2", StringComparison.Ordinal)).SelectMany(Rows).ToList();
        Assert.Equal(["S0|0.5|0", "S0|1.5|0", "S1|2.5|1", .. Enumerable.Range(2, 8).Select(m => $"S0|{m}.5|0")], vwap);
        Assert.Equal(vwap.Count + 2, (await AllRowsAsync()).Count);
        await Sink().ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(10), _fence, default);
        Assert.Equal(vwap.Count + 2, (await AllRowsAsync()).Count);
    }

    [Fact]
    public async Task Reset_RowsFromATime_LosesNoneFromBeforeIt()
    {
        for (var commit = 1; commit <= 4; commit++)
            await PublishAsync(Sink(windowed: false), _outputs.Rows(commit, 1) with { Enqueued = Outputs.Minute(commit) });

        await Sink(windowed: false).ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), Outputs.Minute(2) + 1, _fence, default);

        // The third commit is of the time between the second and the third minute.
        Assert.Equal([1, 2, 3], (await PathsAsync()).Select(p => SinkFileName.TryParse(p, out var name) ? name.Commit!.Value.Number : 0));
    }

    [Fact]
    public async Task Reset_FromTheBeginning_RemovesWhatThePartitionHasWritten()
    {
        await PublishAsync(Sink(), _outputs.Windowed(1, (0, 1, 0)));
        await PublishAsync(Sink(windowed: false), _outputs.Rows(2, 5));
        await PublishAsync(Sink(), _outputs.Windowed(new StreamOrigin("vwap", 1, StreamStage.Input, 5, 1), (10, 1, 0)));

        await Sink().ResetAsync(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 0), null, _fence, default);

        Assert.Equal(["bars/vwap.input-5.20260131T231000Z-20260131T231100Z.parquet"], await PathsAsync());
    }

    [Theory]
    [InlineData("""{ "dataset": "_bars" }""", true, "/dataset", "begins with '_'")]
    [InlineData("""{ "dataset": "a/b" }""", true, "/dataset", "'/'")]
    [InlineData("""{ "dataset": "bars", "partitionBy": "week" }""", true, "/partitionBy", "is not one of: month, day, hour")]
    [InlineData("""{ "dataset": "bars", "partitionBy": "day" }""", false, "/timeColumn", "has no windows: name the column")]
    [InlineData("""{ "dataset": "bars", "partitionBy": "day", "timeColumn": "window_star" }""", false, "/timeColumn", "Did you mean 'window_start'?")]
    [InlineData("""{ "dataset": "bars", "partitionBy": "day", "timeColumn": "vwap" }""", false, "/timeColumn", "is DOUBLE")]
    [InlineData("""{ "dataset": "bars", "timeColumn": "window_start" }""", true, "/timeColumn", "none without 'partitionBy'")]
    [InlineData("""{ "dataset": "bars", "compression": "zip" }""", true, "/compression", "is not one of: zstd")]
    public void Read_WhatMakesNoSense_IsRefusedWithItsPlace(string json, bool windowed, string pointer, string detail)
    {
        var (_, faults) = Read(json, windowed, false);

        var fault = Assert.Single(faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bars/date=2026-01-31/a.b.shuffle-0.20260131T230000Z-20260131T230000500000Z.parquet")]
    [InlineData("bars/vwap.input-12.00010101T000000Z-99991231T235959999999Z.3-000000000012.parquet")]
    public void FileName_Read_IsWrittenTheSame(string path)
    {
        Assert.True(SinkFileName.TryParse(path, out var name));
        Assert.False(DatasetFolders.IsUploaded($"bars/{path[(path.LastIndexOf('/') + 1)..]}"));
        Assert.Equal(path.Split('/')[^1], name.ToString());
    }

    [Fact]
    public void FileName_OfAWindowThatBeganBeforeTheFirstYear_BeginsWithThat()
    {
        var first = Micros.Of(DateTimeOffset.MinValue);
        var name = SinkFileName.Of(new StreamOrigin("vwap", 1, StreamStage.Input, 2, 1), new OutputWindow(first - 60_000_000, first + 60_000_000, 0, 0, 1));

        Assert.Equal("vwap.input-2.00010101T000000Z-00010101T000100Z.parquet", name.ToString());
        Assert.Equal("0001-01-01T00:00:00Z", RowJson.Time(first - 60_000_000));
    }

    [Theory]
    [InlineData("bars/part-0.parquet")]
    [InlineData("bars/vwap.compacted-0123456789ab-0000.parquet")]
    [InlineData("bars/vwap.input-2.20260131T230000Z-20269931T230000Z.parquet")]
    [InlineData("bars/job.run.00001.parquet")]
    public void FileName_OfAnother_IsNotTaken(string path) => Assert.False(SinkFileName.TryParse(path, out _));

    private Task PublishAsync(IStreamSink sink, StreamOutput output) => sink.PublishAsync(output, _fence, default);

    private IStreamSink Sink(string json = """{ "dataset": "bars" }""", bool windowed = true, bool corrects = false)
    {
        var (sink, faults) = Read(json, windowed, corrects);
        Assert.Empty(faults);
        return sink!;
    }

    private (IStreamSink? Sink, IReadOnlyList<SpecFault> Faults) Read(string json, bool windowed, bool corrects)
    {
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JsonDocument.Parse(json).RootElement, faults);
        var sink = new DatasetSinkKind(_bed.Store, _bed.Compactor, TimeProvider.System)
            .Read(reader, new StreamSinkContext("vwap", "trades", 0, windowed, Outputs.Columns) { Corrects = corrects });
        reader.End();
        return (sink, faults);
    }

    private async Task CompactAsync()
    {
        const string Id = "0123456789ab";
        await _bed.Compactor.ClaimAsync("bars", Id, default);
        var count = await _bed.Compactor.PlanAsync("bars", Id,
            path => SinkFileName.TryParse(path, out var name) ? new CompactionSeries(name.Stream, "1") : null, new CompactionOptions { MinFiles = 2 }, default);
        Assert.Equal(1, count);
        await _bed.Compactor.WriteAsync("bars", Id, 0, default);
        await _bed.Compactor.SwitchAsync("bars", Id, default);
        await _bed.Compactor.FinishAsync("bars", Id, default);
    }

    private async Task<List<string>> PathsAsync() => [.. (await _bed.Listing.ReadAsync("bars", null, default)).Select(f => f.Path)];

    private List<string> Rows(string path) =>
        [.. _outputs.Duck.Rows($"SELECT symbol || '|' || vwap || '|' || CAST(volume AS BIGINT) FROM '{_bed.Store.LocalPath("datasets", path)}'").Select(r => (string)r[0]!)];

    private async Task<List<string>> AllRowsAsync() => [.. (await PathsAsync()).SelectMany(Rows)];

    private async Task<List<string>> ContentAsync()
    {
        var content = new List<string>();
        foreach (var path in await PathsAsync())
            content.Add($"{path} {Convert.ToHexString(await File.ReadAllBytesAsync(_bed.Store.LocalPath("datasets", path)!))}");
        return content;
    }
}
