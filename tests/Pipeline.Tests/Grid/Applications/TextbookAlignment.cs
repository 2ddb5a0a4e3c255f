using Pipeline.Grid.Applications.Alignment;

namespace Pipeline.Tests.Grid.Applications;

/// <summary>Smith and Waterman's matrix as their paper has it, with a maximum over gaps of every length: slow and plain.</summary>
internal static class TextbookAlignment
{
    /// <summary>The best score, and the first column of the reference in which one ends.</summary>
    public static (int Score, int End) Best(Scoring scoring, byte[] query, byte[] reference)
    {
        var h = new int[query.Length + 1, reference.Length + 1];
        var (best, end) = (0, -1);
        for (var j = 1; j <= reference.Length; j++)
        {
            for (var i = 1; i <= query.Length; i++)
            {
                var score = Math.Max(0, h[i - 1, j - 1] + scoring.Score(query[i - 1], reference[j - 1]));
                for (var k = 1; k <= i; k++)
                    score = Math.Max(score, h[i - k, j] - scoring.GapOpen - k * scoring.GapExtend);
                for (var k = 1; k <= j; k++)
                    score = Math.Max(score, h[i, j - k] - scoring.GapOpen - k * scoring.GapExtend);
                h[i, j] = score;
                if (score > best)
                    (best, end) = (score, j - 1);
            }
        }
        return (best, end);
    }

    /// <summary>What an alignment scores, from its letters and its CIGAR alone.</summary>
    public static int Score(Scoring scoring, byte[] query, byte[] reference, LocalAlignment alignment)
    {
        var (i, j, score, count) = (alignment.QueryStart, alignment.ReferenceStart, 0, 0);
        foreach (var c in alignment.Cigar)
        {
            if (char.IsAsciiDigit(c))
            {
                count = 10 * count + (c - '0');
                continue;
            }
            if (c is 'I' or 'D')
                score -= scoring.GapOpen + count * scoring.GapExtend;
            for (var k = 0; k < count; k++)
            {
                if (c is '=' or 'X')
                {
                    Assert.Equal(c == '=', query[i] == reference[j] && query[i] < scoring.Alphabet.Plain);
                    score += scoring.Score(query[i], reference[j]);
                }
                i += c == 'D' ? 0 : 1;
                j += c == 'I' ? 0 : 1;
            }
            count = 0;
        }
        Assert.Equal((alignment.QueryEnd + 1, alignment.ReferenceEnd + 1), (i, j));
        return score;
    }
}
