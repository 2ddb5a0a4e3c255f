namespace Pipeline.Simulation.Programs;

/// <summary>A size of NAS CG with its official result.</summary>
/// <param name="Name">The class.</param>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Nonzeros">Elements of each of the vectors that the matrix is made of, but for one.</param>
/// <param name="Iterations">Outer iterations.</param>
/// <param name="Shift">How far the eigenvalues are shifted.</param>
/// <param name="Zeta">The official estimate of the eigenvalue.</param>
internal sealed record NasCgClass(string Name, int Rows, int Nonzeros, int Iterations, double Shift, double Zeta)
{
    /// <summary>Iterations of conjugate gradients within an outer one.</summary>
    public const int InnerIterations = 25;

    private const ulong Seed = 314_159_265;
    private const double Condition = 0.1;

    public static readonly NasCgClass[] All =
    [
        new("S", 1_400, 7, 15, 10, 8.5971775078648),
        new("W", 7_000, 8, 15, 12, 10.362595087124),
        new("A", 14_000, 11, 15, 20, 17.130235054029),
    ];

    /// <summary>Makes the matrix as the benchmark defines it: a sum of outer products of random sparse vectors, weighted so that its
    /// condition is known.</summary>
    public SparseMatrix Matrix()
    {
        var random = new NasRandom(Seed);
        random.Next(); // The benchmark draws one number before it makes the matrix.
        var power = 1;
        while (power < Rows)
            power *= 2;
        var elements = new List<(int, int, double)>(Rows * (Nonzeros + 1) * (Nonzeros + 1));
        var (weight, ratio) = (1.0, Math.Pow(Condition, 1.0 / Rows));
        var vector = new List<(int Index, double Value)>(Nonzeros + 1);
        for (var i = 0; i < Rows; i++)
        {
            Draw(ref random, vector, power);
            var diagonal = vector.FindIndex(e => e.Index == i);
            if (diagonal >= 0)
                vector[diagonal] = (i, 0.5);
            else
                vector.Add((i, 0.5));
            foreach (var (row, a) in vector)
            {
                foreach (var (column, b) in vector)
                    elements.Add((row, column, b * (weight * a) + (row == column && row == i ? Condition - Shift : 0)));
            }
            weight *= ratio;
        }
        return SparseMatrix.Of(Rows, elements);
    }

    private void Draw(ref NasRandom random, List<(int Index, double Value)> vector, int power)
    {
        vector.Clear();
        while (vector.Count < Nonzeros)
        {
            var (value, index) = (random.Next(), (int)(power * random.Next()));
            if (index < Rows && !vector.Exists(e => e.Index == index))
                vector.Add((index, value));
        }
    }
}
