using System.Text.Json;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>Which files of streams a compaction may take: those that nobody will write again.</summary>
public sealed class SinkHorizonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DefinitionStore _definitions;
    private readonly StateStore _states;

    public SinkHorizonTests()
    {
        var store = new DirectoryObjectStore(_folder.Path);
        _definitions = new DefinitionStore(store);
        _states = new StateStore(store, TimeProvider.System);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_WindowsBehindTheWatermark_AreFinalOnceNoLateEventMayCome()
    {
        await PutAsync("""{ "late": { "allowed": "2m" } }""", new PartitionState { Commit = 3, Watermark = Outputs.Minute(10) });
        var seriesOf = await ReadAsync();

        Assert.Equal(new CompactionSeries("vwap", "2"), seriesOf(Window(6)));
        Assert.Null(seriesOf(Window(7))); // It ends exactly where late events are still taken.
        Assert.Null(seriesOf(Window(12)));
    }

    [Fact]
    public async Task Read_WhatIsNotKnownToBeSent_IsNotFinal()
    {
        var unsent = new OutboxEntry(OutboxKind.Results, 5, null, 1) { Windows = [new OutputWindow(Outputs.Minute(4), Outputs.Minute(5), 0, 0, 1)] };
        await PutAsync("{}", new PartitionState { Commit = 6, Watermark = Outputs.Minute(10), Outbox = [unsent] });
        var seriesOf = await ReadAsync();

        Assert.NotNull(seriesOf(Window(3)));
        Assert.Null(seriesOf(Window(4)));
        Assert.NotNull(seriesOf(Commit(2, 4)));
        Assert.Null(seriesOf(Commit(2, 5)));
        Assert.Null(seriesOf(Commit(2, 7)));
        Assert.NotNull(seriesOf(Commit(1, 999)));
    }

    [Fact]
    public async Task Read_APartitionThatHasNotBegunItsReplay_KeepsItsFiles()
    {
        await PutAsync("{}", new PartitionState { Commit = 6, Watermark = Outputs.Minute(10) });
        var seriesOf = await ReadAsync();

        Assert.NotNull(seriesOf(Window(3)));
        Assert.Null(seriesOf(Window(3).Replace("input-2", "input-3", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Read_FilesOfAStreamThatWasDeleted_AreFinal() => Assert.Equal(new CompactionSeries("vwap", "0"), (await ReadAsync())(Window(3)));

    [Fact]
    public async Task Read_FilesOfOthers_AreLeftAlone() => Assert.Null((await ReadAsync())("bars/part-0.parquet"));

    [Fact]
    public async Task Datasets_OfAllSinks_AreFound()
    {
        await PutAsync("""{ "late": { "then": "side-output", "dataset": "late" }, "sinks": [{ "dataset": "bars" }, { "hub": "x" }, { "orders": { "dataset": "executions" } }] }""", new PartitionState());

        Assert.Equal(["bars", "executions", "late"], await new SinkHorizon(_definitions, _states).DatasetsAsync(default));
    }

    private static string Window(int minute) =>
        $"bars/{SinkFileName.Of(new StreamOrigin("vwap", 2, StreamStage.Input, 2, 1), new OutputWindow(Outputs.Minute(minute), Outputs.Minute(minute + 1), 0, 0, 1))}";

    private static string Commit(int generation, long commit) =>
        $"bars/{SinkFileName.Of(new StreamOrigin("vwap", generation, StreamStage.Input, 2, commit), Outputs.Minute(0), Outputs.Minute(99))}";

    private Task<Func<string, CompactionSeries?>> ReadAsync() => new SinkHorizon(_definitions, _states).ReadAsync(default);

    private async Task PutAsync(string spec, PartitionState state)
    {
        var now = DateTimeOffset.UnixEpoch;
        await _definitions.WriteAsync(new StreamDefinition("vwap", 2, StreamStatus.Running, now, now, new StreamStart(), true, 0, JsonDocument.Parse(spec).RootElement), null, default);
        await _states.SaveAsync(new StreamPlace("vwap", 2, StreamStage.Input, 2), state, null, default);
    }
}
