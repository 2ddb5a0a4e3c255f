using CsCheck;
using Pipeline.Batch;

namespace Pipeline.Tests.Batch;

/// <summary>How a table's row groups are shared out among tasks.</summary>
public class TaskPackingTests
{
    [Fact]
    public void Pack_SmallFiles_ShareATask() =>
        Assert.Equal([2, 1], Pack([[40], [40], [40]], 100).Select(t => t.Files.Count));

    [Fact]
    public void Pack_LargeFile_IsCutBetweenRowGroups() =>
        Assert.Equal([[0, 1], [2, 3], [4]], Pack([[50, 50, 50, 50, 50]], 100).Select(t => Assert.Single(t.Files).RowGroups));

    [Fact]
    public void Pack_RowGroupAboveTheLimit_IsATaskOfItsOwn() =>
        Assert.Equal([10, 500, 10], Pack([[10, 500, 10]], 100).Select(t => t.Bytes));

    [Fact]
    public void Pack_NoLimit_PutsTogetherWhatIsNotWorthATask() =>
        Assert.Equal([2, 1], Pack([[1_800_000, 1_800_000, 1_800_000]], null).Select(t => t.Files.Sum(f => f.RowGroups.Count)));

    [Fact]
    public void Pack_NoFiles_GivesNoTask() => Assert.Empty(Pack([], 100));

    [Fact]
    public void Pack_Anything_KeepsEveryRowGroupOnceAndInOrder() =>
        Gen.Select(Gen.Int[1, 300].Array[0, 9].Array[0, 12], Gen.Int[1, 500]).Sample((files, limit) =>
        {
            var tasks = Pack(files, limit);

            var expected = files.SelectMany((groups, f) => groups.Select((_, g) => ($"f{f:D3}", g)));
            Assert.Equal(expected, tasks.SelectMany(t => t.Files).SelectMany(f => f.RowGroups.Select(g => (f.Path, g))));
            Assert.All(tasks, t => Assert.True(t.Bytes <= limit || t.Files.Sum(f => f.RowGroups.Count) == 1));
            Assert.Equal(files.Sum(f => f.Sum(g => (long)g)), tasks.Sum(t => t.Bytes));
        });

    private static IReadOnlyList<BatchTask> Pack(int[][] files, long? limit) => TaskPacking.Pack(
        [.. files.Select((groups, f) => new BatchFile($"f{f:D3}", "", [.. Enumerable.Range(0, groups.Length)], groups.Length, groups.Sum(), []))],
        (file, group) => (1, files[int.Parse(file.Path[1..], System.Globalization.CultureInfo.InvariantCulture)][group]),
        limit,
        parallelTasks: 4);
}
