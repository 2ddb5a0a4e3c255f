using System.Numerics;
using System.Numerics.Tensors;

namespace Pipeline.Training;

/// <summary>Adds up the pieces of a round in a tree over the slices that is the same whoever computed which: floating-point sums
/// depend on their order, and so the sum does not depend on the number of workers.</summary>
internal static class SliceTree
{
    /// <summary>Adds pieces up as far as they are neighbours in the tree: to one where they cover it all.</summary>
    public static IReadOnlyList<Piece> Combine(IReadOnlyList<Piece> pieces, int slices)
    {
        var sorted = pieces.OrderBy(p => p.Low).ToList();
        return sorted.Count <= 1 ? sorted : Combine(sorted, 0, slices);
    }

    /// <summary>One sum of all pieces.</summary>
    public static Piece Sum(IReadOnlyList<Piece> pieces, int slices) => Combine(pieces, slices).Aggregate(Add);

    private static List<Piece> Combine(List<Piece> pieces, int low, int high)
    {
        if (pieces.Count <= 1)
            return pieces;
        var middle = Middle(low, high);
        // A worker that sends one sum for all its slices may reach over the middle: then there is but their order to go by.
        if (high - low <= 1 || pieces.Exists(p => p.Low < middle && p.High > middle))
            return [pieces.Aggregate(Add)];
        var left = Combine([.. pieces.Where(p => p.High <= middle)], low, middle);
        var right = Combine([.. pieces.Where(p => p.Low >= middle)], middle, high);
        var whole = left is [{ } a] && right is [{ } b] && a.Low == low && a.High == middle && b.Low == middle && b.High == high;
        return whole ? [Add(left[0], right[0])] : [.. left, .. right];
    }

    // The greatest power of two below the size, so that nodes of the same place are the same whatever the total.
    private static int Middle(int low, int high) => low + (int)(BitOperations.RoundUpToPowerOf2((uint)(high - low)) / 2);

    private static Piece Add(Piece a, Piece b)
    {
        var sum = GC.AllocateUninitializedArray<float>(a.Values.Length);
        TensorPrimitives.Add(a.Values, b.Values, sum);
        return new Piece(Math.Min(a.Low, b.Low), Math.Max(a.High, b.High), a.Weight + b.Weight, a.Loss + b.Loss, sum);
    }
}
