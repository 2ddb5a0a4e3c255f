using CsCheck;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>Sums over slices have the same bits however slices are shared out and in whatever order sums arrive.</summary>
public class SliceTreeTests
{
    [Fact]
    public void Sum_AnySharingOut_HasTheSameBits() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int).Where((slices, workers, _) => workers <= slices).Sample((slices, workers, seed) =>
    {
        var random = new Random(seed);
        var leaves = Enumerable.Range(0, slices).Select(i => new Piece(i, i + 1, 1, random.NextDouble(), [(float)(random.NextDouble() * Math.Pow(10, random.Next(-6, 6)))])).ToList();
        var alone = SliceTree.Sum(leaves, slices);

        var shared = Enumerable.Range(0, workers).SelectMany(worker =>
        {
            var (low, high) = RoundTask.Slices(worker, workers, slices);
            return SliceTree.Combine(leaves[low..high], slices);
        }).OrderBy(_ => random.Next()).ToList();
        var together = SliceTree.Sum(shared, slices);

        Assert.Equal(BitConverter.SingleToInt32Bits(alone.Values[0]), BitConverter.SingleToInt32Bits(together.Values[0]));
        Assert.Equal((0, slices, (double)slices), (together.Low, together.High, together.Weight));
        Assert.Equal(alone.Loss, together.Loss);
    });

    [Theory]
    [InlineData(0, 4, 8, new[] { 0, 4 })]
    [InlineData(0, 3, 8, new[] { 0, 2, 2, 3 })]
    [InlineData(3, 6, 8, new[] { 3, 4, 4, 6 })]
    [InlineData(0, 5, 5, new[] { 0, 5 })]
    [InlineData(1, 5, 5, new[] { 1, 2, 2, 4, 4, 5 })]
    public void Combine_AWorkersSlices_LeavesTheNodesOfTheTreeThatCoverThem(int low, int high, int slices, int[] nodes)
    {
        var leaves = Enumerable.Range(low, high - low).Select(i => new Piece(i, i + 1, 1, 0, [1])).ToList();

        var combined = SliceTree.Combine(leaves, slices);

        Assert.Equal(nodes, combined.SelectMany(p => new[] { p.Low, p.High }));
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(8, new[] { 8 })]
    [InlineData(9, new[] { 9, 2 })]
    [InlineData(256, new[] { 256, 32, 4 })]
    public void Levels_ManyWorkers_AreAddedUpUntilFewAreLeft(int workers, int[] expected) => Assert.Equal(expected, RoundTree.Levels(workers));
}
