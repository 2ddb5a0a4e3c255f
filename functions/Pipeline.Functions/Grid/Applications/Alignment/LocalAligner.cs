using System.Runtime.Intrinsics;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Best scores of many queries, with the vectors that the processor has: bytes first, and those queries again in 16 bits
/// whose score does not fit.</summary>
internal static class LocalAligner
{
    /// <summary>The widest vectors that the processor computes with, in bits; 0 for none.</summary>
    public static int Width { get; } = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>The best scores of queries in some columns, if they are higher than those already known.</summary>
    /// <param name="width">Bits of a vector: 512, 256 or 128, or 0 to go cell by cell. The answer does not depend on it.</param>
    /// <param name="scoring">How alignments score.</param>
    /// <param name="queries">The queries' codes.</param>
    /// <param name="columns">Codes of the reference.</param>
    /// <param name="warmUp">How many of the columns, from the first on, only lead up to those that count.</param>
    /// <param name="best">For each query the score to beat; gets the new best one where that is higher.</param>
    /// <param name="found">For each query, gets the first column with the new best score, or -1.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    public static void Run(int width, Scoring scoring, ReadOnlySpan<byte[]> queries, ReadOnlySpan<byte> columns, int warmUp, Span<int> best, Span<int> found, CancellationToken cancellationToken)
    {
        if (width == 0)
        {
            for (var i = 0; i < queries.Length; i++)
                found[i] = ScalarKernel.Run(scoring, queries[i], columns, warmUp, ref best[i], cancellationToken);
            return;
        }
        Span<int> known = stackalloc int[64];
        var overflowed = new List<int>();
        for (var start = 0; start < queries.Length;)
        {
            var lanes = Lanes(width, queries.Length - start);
            var count = Math.Min(lanes, queries.Length - start);
            best.Slice(start, count).CopyTo(known);
            Bytes(lanes * 8, scoring, queries.Slice(start, count), columns, warmUp, known[..count], found.Slice(start, count), cancellationToken);
            for (var i = 0; i < count; i++)
            {
                if (found[start + i] < 0)
                    continue;
                if (known[i] > LaneElements.Highest<sbyte>())
                    overflowed.Add(start + i);
                else
                    best[start + i] = known[i];
            }
            start += count;
        }
        for (var start = 0; start < overflowed.Count;)
        {
            var lanes = Lanes(width, 2 * (overflowed.Count - start)) / 2;
            var group = overflowed.GetRange(start, Math.Min(lanes, overflowed.Count - start));
            var again = new byte[group.Count][];
            var (scores, ends) = (new int[group.Count], new int[group.Count]);
            for (var i = 0; i < group.Count; i++)
                (again[i], scores[i]) = (queries[group[i]], best[group[i]]);
            Shorts(lanes * 16, scoring, again, columns, warmUp, scores, ends, cancellationToken);
            for (var i = 0; i < group.Count; i++)
                (best[group[i]], found[group[i]]) = (scores[i], ends[i]);
            start += group.Count;
        }
    }

    // Lanes of a byte: no wider than the queries need.
    private static int Lanes(int width, int queries) => Math.Min(width / 8, queries <= 16 ? 16 : queries <= 32 ? 32 : 64);

    private static void Bytes(int width, Scoring scoring, ReadOnlySpan<byte[]> queries, ReadOnlySpan<byte> columns, int warmUp, Span<int> best, Span<int> found, CancellationToken cancellationToken)
    {
        if (width == 512)
            LaneKernel<Lanes512<sbyte>, Vector512<sbyte>, sbyte>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
        else if (width == 256)
            LaneKernel<Lanes256<sbyte>, Vector256<sbyte>, sbyte>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
        else
            LaneKernel<Lanes128<sbyte>, Vector128<sbyte>, sbyte>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
    }

    private static void Shorts(int width, Scoring scoring, ReadOnlySpan<byte[]> queries, ReadOnlySpan<byte> columns, int warmUp, Span<int> best, Span<int> found, CancellationToken cancellationToken)
    {
        if (width == 512)
            LaneKernel<Lanes512<short>, Vector512<short>, short>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
        else if (width == 256)
            LaneKernel<Lanes256<short>, Vector256<short>, short>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
        else
            LaneKernel<Lanes128<short>, Vector128<short>, short>.Run(scoring, queries, columns, warmUp, best, found, cancellationToken);
    }
}
