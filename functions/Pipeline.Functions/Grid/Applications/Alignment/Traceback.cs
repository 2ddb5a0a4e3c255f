using System.Globalization;
using System.Text;

namespace Pipeline.Grid.Applications.Alignment;

/// <summary>Finds the way that leads to a best score, in the few columns of the reference that it can take.</summary>
/// <remarks>Of several ways the same one is found everywhere: the end with the fewest letters of the query, then from there backwards
/// a pair before a gap, a deletion before an insertion, and a short gap before a long one.</remarks>
internal static class Traceback
{
    private const byte Pair = 1;
    private const byte Deletion = 2;
    private const byte Insertion = 3;
    private const byte Move = 3;
    private const byte DeletionOpens = 4;
    private const byte InsertionOpens = 8;

    /// <summary>The alignment with a score that the kernels found.</summary>
    /// <param name="scoring">How alignments score.</param>
    /// <param name="query">The query's codes.</param>
    /// <param name="reference">The codes of the whole sequence.</param>
    /// <param name="score">The best score of all that end at <paramref name="end"/>.</param>
    /// <param name="end">The alignment's last letter of the reference.</param>
    /// <param name="cancellationToken">Stops between columns.</param>
    public static LocalAlignment Find(Scoring scoring, ReadOnlySpan<byte> query, ReadOnlySpan<byte> reference, int score, int end, CancellationToken cancellationToken)
    {
        // Letters of the query that are not paired, and gaps, cost what the score lacks.
        var lacking = query.Length * scoring.HighestScore - score - scoring.GapOpen;
        var span = query.Length + Math.Max(0, lacking / scoring.GapExtend);
        var start = Math.Max(0, end + 1 - span);
        var columns = reference[start..(end + 1)];
        var moves = new byte[columns.Length * query.Length];
        var row = Fill(scoring, query, columns, moves, score, cancellationToken);

        var cigar = new List<(char Operation, int Count)>();
        var (column, matches, queryEnd) = (columns.Length - 1, 0, row);
        while (row >= 0 && column >= 0 && (moves[column * query.Length + row] & Move) is var move and not 0)
        {
            switch (move)
            {
                case Pair:
                    // N is a base, but not known to be equal to any.
                    var equal = query[row] == columns[column] && query[row] < scoring.Alphabet.Plain;
                    matches += equal ? 1 : 0;
                    Add(cigar, equal ? '=' : 'X');
                    row--;
                    column--;
                    break;
                case Deletion:
                    bool opens;
                    do
                    {
                        opens = (moves[--column * query.Length + row] & DeletionOpens) != 0;
                        Add(cigar, 'D');
                    }
                    while (!opens);
                    break;
                default:
                    do
                    {
                        opens = (moves[column * query.Length + --row] & InsertionOpens) != 0;
                        Add(cigar, 'I');
                    }
                    while (!opens);
                    break;
            }
        }
        return new LocalAlignment(score, start + column + 1, end, row + 1, queryEnd, matches, Text(cigar));
    }

    // For each cell how its best score comes about, and whether gaps that leave it have opened there. The row where the score stands.
    private static int Fill(Scoring scoring, ReadOnlySpan<byte> query, ReadOnlySpan<byte> columns, byte[] moves, int score, CancellationToken cancellationToken)
    {
        var (extend, open) = (scoring.GapExtend, scoring.GapOpen + scoring.GapExtend);
        var scores = new int[query.Length];
        var gaps = new int[query.Length];
        for (var column = 0; column < columns.Length; column++)
        {
            if ((column & 255) == 0)
                cancellationToken.ThrowIfCancellationRequested();
            var pairs = scoring.Row(columns[column]);
            var way = moves.AsSpan(column * query.Length, query.Length);
            var (diagonal, insertion) = (0, 0);
            for (var row = 0; row < query.Length; row++)
            {
                var (pair, deletion) = (diagonal + pairs[query[row]], gaps[row]);
                var best = Math.Max(Math.Max(0, pair), Math.Max(deletion, insertion));
                byte move = 0;
                if (best > 0)
                    move = best == pair ? Pair : best == deletion ? Deletion : Insertion;
                diagonal = scores[row];
                scores[row] = best;
                var opened = best - open;
                if (opened >= deletion - extend)
                    move |= DeletionOpens;
                if (opened >= insertion - extend)
                    move |= InsertionOpens;
                gaps[row] = Math.Max(deletion - extend, opened);
                insertion = Math.Max(insertion - extend, opened);
                way[row] = move;
            }
        }
        var end = scores.AsSpan().IndexOf(score);
        return end >= 0 ? end : throw new InvalidOperationException($"No alignment that ends there scores {score}.");
    }

    private static void Add(List<(char Operation, int Count)> cigar, char operation)
    {
        if (cigar.Count > 0 && cigar[^1].Operation == operation)
            cigar[^1] = (operation, cigar[^1].Count + 1);
        else
            cigar.Add((operation, 1));
    }

    private static string Text(List<(char Operation, int Count)> backwards)
    {
        var text = new StringBuilder();
        for (var i = backwards.Count - 1; i >= 0; i--)
            text.Append(CultureInfo.InvariantCulture, $"{backwards[i].Count}{backwards[i].Operation}");
        return text.ToString();
    }
}
