namespace Pipeline.Grid.Applications.Alignment;

/// <summary>How alignments score. A gap of k letters costs <c>GapOpen + k × GapExtend</c>.</summary>
internal sealed class Scoring
{
    /// <summary>The largest penalty, and the largest score of a pair: sums stay within a byte's range.</summary>
    public const int MaxPenalty = 50;

    /// <summary>The name of the matrix that has one score for equal bases and one for others.</summary>
    public const string DnaMatrix = "dna";

    private const int LongestQuery = 4_096;
    private const int MostTraceCells = 1 << 26;
    private readonly sbyte[] _scores;

    private Scoring(Alphabet alphabet, sbyte[] scores, int gapOpen, int gapExtend)
    {
        (Alphabet, _scores, GapOpen, GapExtend) = (alphabet, scores, gapOpen, gapExtend);
        HighestScore = scores.Max();
        // The longest query whose score fits into 16 bits and whose traceback fits into memory, whatever it aligns with.
        var length = LongestQuery;
        while (length * HighestScore > LaneElements.MaxScore || (long)length * Span(length) > MostTraceCells)
            length -= 16;
        MaxQuery = length;
    }

    public Alphabet Alphabet { get; }

    public int GapOpen { get; }

    public int GapExtend { get; }

    /// <summary>The highest score of a pair of letters.</summary>
    public int HighestScore { get; }

    /// <summary>The longest query, in letters.</summary>
    public int MaxQuery { get; }

    public static IReadOnlyList<string> Matrices { get; } = [DnaMatrix, .. ProteinMatrices.Names];

    /// <summary>One score for equal bases, one for different ones. N is equal to nothing.</summary>
    public static Scoring Dna(int match, int mismatch, int gapOpen, int gapExtend)
    {
        var alphabet = Alphabet.Dna;
        var scores = new sbyte[alphabet.Size * alphabet.Size];
        Array.Fill(scores, (sbyte)mismatch);
        for (var code = 0; code < alphabet.Plain; code++)
            scores[code * alphabet.Size + code] = (sbyte)match;
        return new Scoring(alphabet, scores, gapOpen, gapExtend);
    }

    /// <summary>A published matrix for proteins.</summary>
    public static Scoring Protein(string matrix, int gapOpen, int gapExtend) => new(Alphabet.Protein, ProteinMatrices.Scores(matrix), gapOpen, gapExtend);

    /// <summary>The scores of a letter against every letter.</summary>
    public ReadOnlySpan<sbyte> Row(byte code) => _scores.AsSpan(code * Alphabet.Size, Alphabet.Size);

    /// <summary>The score of two letters.</summary>
    public int Score(byte one, byte other) => _scores[one * Alphabet.Size + other];

    /// <summary>How many letters of the reference an alignment of a query with so many letters can take: each one more than the query
    /// has stands in a gap, and gaps are paid for by matches.</summary>
    public int Span(int queryLength) => queryLength + Math.Max(0, (queryLength * HighestScore - GapOpen) / GapExtend);
}
