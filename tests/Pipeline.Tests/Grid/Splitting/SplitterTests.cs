using System.Text;
using Pipeline.Grid;
using Pipeline.Grid.Spec;
using Pipeline.Grid.Splitting;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Splitting;

/// <summary>How input becomes work units, and files that hosts fetch.</summary>
public sealed class SplitterTests
{
    private static readonly GridRun Run = new("job", "r1");

    private readonly FaultyStore _store = new(new MemoryStore());

    [Fact]
    public async Task Split_InputsThatTakeLongToWrite_HoldsOnlyThoseInMemoryThatAreBeingWritten()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var (made, waiting) = (0, 0);
        var (full, go) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _store.Before = async call =>
        {
            if (!call.Path.StartsWith("inputs/", StringComparison.Ordinal))
                return;
            if (Interlocked.Increment(ref waiting) == 16)
                full.SetResult();
            await go.Task;
        };
        var splitting = new Splitter(_store, new UnitPages(_store)).SplitAsync(Run, Spec(600, () => made++), patience.Token);
        await full.Task.WaitAsync(patience.Token);

        Assert.Equal(16, made);
        go.SetResult();
        Assert.Equal(new GridShape(600, 3), await splitting);
        var numbers = new List<int>();
        for (var page = 0; page < 3; page++)
            numbers.AddRange((await new UnitPages(_store).ReadAsync(Run, page, patience.Token)).Units.Select(u => u.Number));
        Assert.Equal(Enumerable.Range(0, 600), numbers);
    }

    [Fact]
    public async Task Share_FileThatChangesWhileItIsCopied_IsRefusedAndNothingIsNamedWrongly()
    {
        await WriteAsync("before");
        var reads = 0;
        _store.Before = async call =>
        {
            // Between the reading for its name and the reading for the copy.
            if (call is { Operation: StoreOperation.Read, Container: DatasetFolders.Container } && ++reads == 2)
                await WriteAsync("after!");
        };

        var e = await Assert.ThrowsAsync<InvalidDataException>(() => new SharedFiles(_store).PlaceOfAsync("genomes/one.fasta", default));

        Assert.Contains("changed while it was copied", e.Message, StringComparison.Ordinal);
        Assert.Empty(((MemoryStore)_store.Inner).Paths("grid"));
        Assert.Equal(0, await new SharedFiles(_store).PlaceOfAsync("genomes/one.fasta", default));
    }

    private Task WriteAsync(string text) =>
        _store.Inner.WriteAsync(DatasetFolders.Container, "genomes/one.fasta", new MemoryStream(Encoding.ASCII.GetBytes(text)), WriteCondition.None, default);

    private static GridSpec Spec(int units, Action made)
    {
        var spec = $$"""{ "kind": "grid", "name": "n", "application": "square", "parameters": { "count": {{units}} } }""";
        return GridSpec.Read(JobSpec.Parse(Encoding.UTF8.GetBytes(spec), ["grid"]), [new SquareApplication(made)]);
    }
}
