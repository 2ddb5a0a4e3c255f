namespace Pipeline.Grid.Applications.Alignment;

/// <summary>
/// Published substitution matrices for proteins, in the order of <see cref="Alphabet.Protein"/>: the figures of the NCBI toolkit.
/// BLOSUM: Henikoff and Henikoff, PNAS 89 (1992); PAM: Dayhoff, Schwartz and Orcutt, Atlas of Protein Sequence and Structure 5 (1978).
/// </summary>
internal static class ProteinMatrices
{
    private static readonly Dictionary<string, string> s_lowerTriangles = new(StringComparer.Ordinal)
    {
        ["BLOSUM62"] = """
            4
            -1 5
            -2 0 6
            -2 -2 1 6
            0 -3 -3 -3 9
            -1 1 0 0 -3 5
            -1 0 0 2 -4 2 5
            0 -2 0 -1 -3 -2 -2 6
            -2 0 1 -1 -3 0 0 -2 8
            -1 -3 -3 -3 -1 -3 -3 -4 -3 4
            -1 -2 -3 -4 -1 -2 -3 -4 -3 2 4
            -1 2 0 -1 -3 1 1 -2 -1 -3 -2 5
            -1 -1 -2 -3 -1 0 -2 -3 -2 1 2 -1 5
            -2 -3 -3 -3 -2 -3 -3 -3 -1 0 0 -3 0 6
            -1 -2 -2 -1 -3 -1 -1 -2 -2 -3 -3 -1 -2 -4 7
            1 -1 1 0 -1 0 0 0 -1 -2 -2 0 -1 -2 -1 4
            0 -1 0 -1 -1 -1 -1 -2 -2 -1 -1 -1 -1 -2 -1 1 5
            -3 -3 -4 -4 -2 -2 -3 -2 -2 -3 -2 -3 -1 1 -4 -3 -2 11
            -2 -2 -2 -3 -2 -1 -2 -3 2 -1 -1 -2 -1 3 -3 -2 -2 2 7
            0 -3 -3 -3 -1 -2 -2 -3 -3 3 1 -2 1 -1 -2 -2 0 -3 -1 4
            -2 -1 4 4 -3 0 1 -1 0 -3 -4 0 -3 -3 -2 0 -1 -4 -3 -3 4
            -1 0 0 1 -3 4 4 -2 0 -3 -3 1 -1 -3 -1 0 -1 -2 -2 -2 0 4
            -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1
            -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 1
            """,
        ["BLOSUM50"] = """
            5
            -2 7
            -1 -1 7
            -2 -2 2 8
            -1 -4 -2 -4 13
            -1 1 0 0 -3 7
            -1 0 0 2 -3 2 6
            0 -3 0 -1 -3 -2 -3 8
            -2 0 1 -1 -3 1 0 -2 10
            -1 -4 -3 -4 -2 -3 -4 -4 -4 5
            -2 -3 -4 -4 -2 -2 -3 -4 -3 2 5
            -1 3 0 -1 -3 2 1 -2 0 -3 -3 6
            -1 -2 -2 -4 -2 0 -2 -3 -1 2 3 -2 7
            -3 -3 -4 -5 -2 -4 -3 -4 -1 0 1 -4 0 8
            -1 -3 -2 -1 -4 -1 -1 -2 -2 -3 -4 -1 -3 -4 10
            1 -1 1 0 -1 0 -1 0 -1 -3 -3 0 -2 -3 -1 5
            0 -1 0 -1 -1 -1 -1 -2 -2 -1 -1 -1 -1 -2 -1 2 5
            -3 -3 -4 -5 -5 -1 -3 -3 -3 -3 -2 -3 -1 1 -4 -4 -3 15
            -2 -1 -2 -3 -3 -1 -2 -3 2 -1 -1 -2 0 4 -3 -2 -2 2 8
            0 -3 -3 -4 -1 -3 -3 -4 -4 4 1 -3 1 -1 -3 -2 0 -3 -1 5
            -2 -1 5 6 -3 0 1 -1 0 -4 -4 0 -3 -4 -2 0 0 -5 -3 -3 6
            -1 0 0 1 -3 4 5 -2 0 -3 -3 1 -1 -4 -1 0 -1 -2 -2 -3 1 5
            -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1
            -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 -5 1
            """,
        ["PAM250"] = """
            2
            -2 6
            0 0 2
            0 -1 2 4
            -2 -4 -4 -5 12
            0 1 1 2 -5 4
            0 -1 1 3 -5 2 4
            1 -3 0 1 -3 -1 0 5
            -1 2 2 1 -3 3 1 -2 6
            -1 -2 -2 -2 -2 -2 -2 -3 -2 5
            -2 -3 -3 -4 -6 -2 -3 -4 -2 2 6
            -1 3 1 0 -5 1 0 -2 0 -2 -3 5
            -1 0 -2 -3 -5 -1 -2 -3 -2 2 4 0 6
            -3 -4 -3 -6 -4 -5 -5 -5 -2 1 2 -5 0 9
            1 0 0 -1 -3 0 -1 0 0 -2 -3 -1 -2 -5 6
            1 0 1 0 0 -1 0 1 -1 -1 -3 0 -2 -3 1 2
            1 -1 0 0 -2 -1 0 0 -1 0 -2 0 -1 -3 0 1 3
            -6 2 -4 -7 -8 -5 -7 -7 -3 -5 -2 -3 -4 0 -6 -2 -5 17
            -3 -4 -2 -4 0 -4 -4 -5 0 -1 -1 -4 -2 7 -5 -3 -3 0 10
            0 -2 -2 -2 -2 -2 -2 -1 -2 4 2 -2 2 -1 -1 -1 0 -6 -2 4
            0 -1 2 3 -4 1 3 0 1 -2 -3 1 -2 -4 -1 0 0 -5 -3 -2 3
            0 0 1 3 -5 3 3 0 2 -2 -3 0 -2 -5 0 0 -1 -6 -4 -2 2 3
            -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1
            -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 -8 1
            """,
    };

    /// <summary>The matrices' names.</summary>
    public static IReadOnlyCollection<string> Names => s_lowerTriangles.Keys;

    /// <summary>The scores of a matrix: row by row, a row a symbol.</summary>
    public static sbyte[] Scores(string name)
    {
        var size = Alphabet.Protein.Size;
        var scores = new sbyte[size * size];
        foreach (var (row, line) in s_lowerTriangles[name].Split('\n').Index())
        {
            foreach (var (column, number) in line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Index())
                scores[row * size + column] = scores[column * size + row] = sbyte.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
        }
        return scores;
    }
}
