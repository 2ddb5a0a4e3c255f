namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Gotoh's recurrences for one query, cell by cell: what the vector kernel must reproduce, and what runs where there are no vectors.</summary>
internal static class ScalarKernel
{
    /// <summary>The best score in some columns, if it is higher than one already known.</summary>
    /// <param name="scoring">How alignments score.</param>
    /// <param name="query">The query's codes.</param>
    /// <param name="columns">Codes of the reference.</param>
    /// <param name="warmUp">How many of the columns, from the first on, only lead up to those that count.</param>
    /// <param name="best">The score to beat; the new best one.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    /// <returns>The first column with the new best score, or -1.</returns>
    public static int Run(Scoring scoring, ReadOnlySpan<byte> query, ReadOnlySpan<byte> columns, int warmUp, ref int best, CancellationToken cancellationToken)
    {
        var (extend, open) = (scoring.GapExtend, scoring.GapOpen + scoring.GapExtend);
        // The column before: the best score that ends in a cell, and the best that ends in a gap of the query.
        var scores = new int[query.Length];
        var gaps = new int[query.Length];
        var profile = new sbyte[scoring.Alphabet.Size][];
        for (var code = 0; code < profile.Length; code++)
            profile[code] = [.. query.ToArray().Select(letter => (sbyte)scoring.Score(letter, (byte)code))];
        var found = -1;
        for (var column = 0; column < columns.Length; column++)
        {
            if ((column & 1023) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            var pairs = profile[columns[column]].AsSpan(0, scores.Length);
            var deletions = gaps.AsSpan(0, scores.Length);
            var (diagonal, insertion, highest) = (0, 0, 0);
            for (var row = 0; row < scores.Length; row++)
            {
                var deletion = deletions[row];
                var score = Math.Max(Math.Max(0, diagonal + pairs[row]), Math.Max(deletion, insertion));
                diagonal = scores[row];
                scores[row] = score;
                highest = Math.Max(highest, score);
                deletions[row] = Math.Max(deletion - extend, score - open);
                insertion = Math.Max(insertion - extend, score - open);
            }
            if (column >= warmUp && highest > best)
                (best, found) = (highest, column);
        }
        return found;
    }
}
