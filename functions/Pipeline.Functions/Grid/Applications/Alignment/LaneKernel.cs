using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>
/// Gotoh's recurrences for as many queries at once as a vector has lanes, a query a lane (after Rognes 2011): the lanes never wait for
/// each other, so no cell is computed twice and nothing is shifted between lanes.
/// </summary>
/// <remarks>
/// Two columns go in one pass over the rows: what the first leaves to the second stays in registers. Scores saturate
/// (<see cref="LaneElements"/>); a lane whose best score is at the top has overflowed and must be done again in wider lanes.
/// </remarks>
internal static class LaneKernel<TLanes, TVector, T>
    where TLanes : ILanes<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private const int ColumnsBetweenChecks = 512;

    /// <summary>The best scores of a group of queries in some columns.</summary>
    /// <param name="scoring">How alignments score.</param>
    /// <param name="queries">The queries' codes: as many as there are lanes, or fewer.</param>
    /// <param name="columns">Codes of the reference.</param>
    /// <param name="warmUp">How many of the columns, from the first on, only lead up to those that count.</param>
    /// <param name="best">For each query the score to beat; gets the new best one where that is higher. One above
    /// <see cref="LaneElements.Highest"/> stands for that and any higher one.</param>
    /// <param name="found">For each query, gets the first column with the new best score, or -1.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    public static void Run(Scoring scoring, ReadOnlySpan<byte[]> queries, ReadOnlySpan<byte> columns, int warmUp, Span<int> best, Span<int> found, CancellationToken cancellationToken)
    {
        var lanes = TLanes.Count;
        var rows = 0;
        foreach (var query in queries)
            rows = Math.Max(rows, query.Length);
        var profile = Profile(scoring, queries, rows);
        var memory = new AlignedMemory<T>(2 * rows * lanes);
        memory.Span.Fill(T.MinValue);
        var tops = new AlignedMemory<T>(lanes);
        tops.Span.Fill(T.MaxValue);
        for (var lane = 0; lane < queries.Length; lane++)
            tops.Span[lane] = LaneElements.FromScore<T>(best[lane]);
        found[..queries.Length].Fill(-1);

        ref var state = ref memory.Origin;
        ref var scores = ref profile.Origin;
        var stride = rows * lanes;
        var extend = TLanes.Create(T.CreateChecked(scoring.GapExtend));
        var open = TLanes.Create(T.CreateChecked(scoring.GapOpen + scoring.GapExtend));
        var top = TLanes.Load(ref tops.Origin, 0);
        var column = 0;
        for (; column + 1 < columns.Length; column += 2)
        {
            if (column % ColumnsBetweenChecks == 0)
                cancellationToken.ThrowIfCancellationRequested();
            Pair(ref state, ref Unsafe.Add(ref scores, columns[column] * stride), ref Unsafe.Add(ref scores, columns[column + 1] * stride), rows, open, extend, out var first, out var second);
            if (column >= warmUp && TLanes.AnyGreater(first, top))
                top = Improve(first, tops, found[..queries.Length], column);
            if (column + 1 >= warmUp && TLanes.AnyGreater(second, top))
                top = Improve(second, tops, found[..queries.Length], column + 1);
        }
        if (column < columns.Length)
        {
            // The second of an odd pair is a letter that scores the least with everything, and nobody looks at it.
            Pair(ref state, ref Unsafe.Add(ref scores, columns[column] * stride), ref Unsafe.Add(ref scores, scoring.Alphabet.Size * stride), rows, open, extend, out var last, out _);
            if (column >= warmUp && TLanes.AnyGreater(last, top))
                Improve(last, tops, found[..queries.Length], column);
        }
        for (var lane = 0; lane < queries.Length; lane++)
        {
            if (found[lane] >= 0)
                best[lane] = LaneElements.ToScore(tops.Span[lane]);
        }
    }

    // For each letter of the reference, row by row, what it scores with each query's letter there. Rows below a query's end, and lanes
    // without a query, score so little that nothing in them can be a best score.
    private static AlignedMemory<T> Profile(Scoring scoring, ReadOnlySpan<byte[]> queries, int rows)
    {
        var lanes = TLanes.Count;
        var size = scoring.Alphabet.Size;
        var profile = new AlignedMemory<T>((size + 1) * rows * lanes);
        var scores = profile.Span;
        scores.Fill(T.MinValue);
        for (var lane = 0; lane < queries.Length; lane++)
        {
            var query = queries[lane];
            for (var row = 0; row < query.Length; row++)
            {
                var pairs = scoring.Row(query[row]);
                for (var code = 0; code < size; code++)
                    scores[(code * rows + row) * lanes + lane] = T.CreateChecked(pairs[code]);
            }
        }
        return profile;
    }

    // Of each row, the state holds the score in the column before, and the best score that ends in a gap of the query in this one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pair(ref T state, ref T firstScores, ref T secondScores, int rows, TVector open, TVector extend, out TVector firstHighest, out TVector secondHighest)
    {
        var zero = TLanes.Create(T.MinValue);
        var (diagonal, diagonal2, insertion, insertion2, highest, highest2) = (zero, zero, zero, zero, zero, zero);
        var lanes = (nuint)TLanes.Count;
        var end = (nuint)rows * lanes;
        for (nuint at = 0; at < end; at += lanes)
        {
            var before = TLanes.Load(ref state, 2 * at);
            var deletion = TLanes.Load(ref state, 2 * at + lanes);
            var score = TLanes.Max(TLanes.AddSaturate(diagonal, TLanes.Load(ref firstScores, at)), deletion);
            // An insertion that follows an insertion gains nothing, so the chain from row to row is short.
            var opened = TLanes.SubtractSaturate(score, open);
            score = TLanes.Max(score, insertion);
            insertion = TLanes.Max(TLanes.SubtractSaturate(insertion, extend), opened);
            deletion = TLanes.Max(TLanes.SubtractSaturate(deletion, extend), TLanes.SubtractSaturate(score, open));
            highest = TLanes.Max(highest, score);

            var score2 = TLanes.Max(TLanes.AddSaturate(diagonal2, TLanes.Load(ref secondScores, at)), deletion);
            opened = TLanes.SubtractSaturate(score2, open);
            score2 = TLanes.Max(score2, insertion2);
            insertion2 = TLanes.Max(TLanes.SubtractSaturate(insertion2, extend), opened);
            deletion = TLanes.Max(TLanes.SubtractSaturate(deletion, extend), TLanes.SubtractSaturate(score2, open));
            highest2 = TLanes.Max(highest2, score2);

            (diagonal, diagonal2) = (before, score);
            TLanes.Store(score2, ref state, 2 * at);
            TLanes.Store(deletion, ref state, 2 * at + lanes);
        }
        (firstHighest, secondHighest) = (highest, highest2);
    }

    // Rare: a lane's best score was beaten.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector Improve(TVector highest, AlignedMemory<T> tops, Span<int> found, int column)
    {
        Span<T> now = stackalloc T[TLanes.Count];
        TLanes.Store(highest, ref now[0], 0);
        for (var lane = 0; lane < found.Length; lane++)
        {
            if (now[lane] > tops.Span[lane])
                (tops.Span[lane], found[lane]) = (now[lane], column);
        }
        return TLanes.Load(ref tops.Origin, 0);
    }
}
