using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Programs;
using Pipeline.Simulation.Ranks;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>Conjugate gradients: against a dense solve, and what is said about matrices that they cannot take.</summary>
public class ConjugateGradientTests
{
    private const string Header = "%%MatrixMarket matrix coordinate real symmetric";

    [Theory]
    [InlineData(1, "jacobi")]
    [InlineData(4, "jacobi")]
    [InlineData(7, "none")]
    public async Task Run_RandomSystem_AgreesWithADenseSolve(int ranks, string preconditioner)
    {
        var (matrix, text) = RandomMatrix(60, seed: 5);
        var plan = await Simulations.PlanAsync(new ConjugateGradientDefinition(), Parameters(text, $""", "preconditioner": "{preconditioner}", "tolerance": 1e-12 """), ranks);

        var group = Simulations.Run(plan, ranks);

        Assert.Equal(1, group.Figures()["converged"]);
        Assert.All(Solve(matrix).Zip(group.Field("x")), pair => Assert.Equal(pair.First, pair.Second, 9));
    }

    [Fact]
    public async Task Run_BadlyScaledSystem_JacobiTakesFewerIterations()
    {
        var text = new StringBuilder($"{Header}\n200 200 399\n");
        for (var i = 1; i <= 200; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i} {i} {Math.Pow(10, i % 5) * (2 + i / 100.0)}\n");
            if (i > 1)
                text.Append(CultureInfo.InvariantCulture, $"{i} {i - 1} -0.5\n");
        }

        var iterations = new List<double>();
        foreach (var preconditioner in new[] { "jacobi", "none" })
            iterations.Add(Simulations.Run(await Simulations.PlanAsync(new ConjugateGradientDefinition(), Parameters(text.ToString(), $""", "preconditioner": "{preconditioner}" """), 2), 2).Figures()["iterations"]);

        Assert.InRange(iterations[0], 2, iterations[1] / 2);
    }

    [Theory]
    [InlineData(9, 3)]
    [InlineData(10, 1)]
    public async Task Restore_OtherRanks_ComesToTheSameSolution(int supersteps, int ranks)
    {
        var (_, text) = RandomMatrix(40, seed: 9);
        var plan = await Simulations.PlanAsync(new ConjugateGradientDefinition(), Parameters(text), 4);
        var half = SnapshotFormat.Write(Simulations.Run(plan, 4, supersteps).Save());

        var (whole, resumed) = (Simulations.Run(plan, 4), Simulations.Run(plan, ranks, from: SnapshotFormat.Read(half)));

        Assert.Equal(whole.Figures()["iterations"], resumed.Figures()["iterations"]);
        Assert.All(whole.Field("x").Zip(resumed.Field("x")), pair => Assert.Equal(pair.First, pair.Second, 9));
    }

    [Fact]
    public async Task Run_IndefiniteMatrix_IsNoticed()
    {
        var plan = await Simulations.PlanAsync(new ConjugateGradientDefinition(), Parameters($"{Header}\n2 2 3\n1 1 1\n2 1 -3\n2 2 1\n"), 1);

        var e = Assert.Throws<SimulationException>(() => Simulations.Run(plan, 1));

        Assert.StartsWith("The matrix is not positive definite: in iteration 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2 2 1", "Line 1: a Matrix Market file starts with")]
    [InlineData("%%MatrixMarket matrix array real general\n2 2\n", "Line 1: the matrix is 'array real general'")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 3 1\n1 1 1", "Line 2: the matrix has 2 rows and 3 columns")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n% a remark\n2 2 2\n1 1 1\n", "Line 5: the file ends here")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 3 1\n", "Line 3: '3' is no whole number from 1 to 2")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 NaN\n", "Line 3: 'NaN' is no finite number")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 2\n2 2 2\n1 2 1\n", "The matrix is not symmetric: element (1, 2) differs from (2, 1).")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 2\n2 2 -1\n", "The matrix is not positive definite: element (2, 2) of its diagonal is -1.")]
    [InlineData("%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 2\n", "Line 3: a symmetric matrix is given by its lower triangle")]
    [InlineData(Header + "\n2000000000 2000000000 0\n", "The matrix is not positive definite: it has 2000000000 rows, and 0 elements cannot fill its diagonal.")]
    public async Task Plan_MatrixThatItCannotTake_SaysWhereAndWhy(string text, string words)
    {
        var (_, faults) = await Simulations.CheckAsync(new ConjugateGradientDefinition(), Parameters(text));

        var fault = Assert.Single(faults);
        Assert.Equal("/parameters/matrixText", fault.Pointer);
        Assert.StartsWith(words, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_FilesOfTheStore_AreRead()
    {
        using var folder = new Storage.TemporaryFolder();
        var store = new DirectoryObjectStore(folder.Path);
        await PutAsync(store, "systems/a.mtx", $"{Header}\n2 2 2\n1 1 2\n2 2 4\n");
        await PutAsync(store, "systems/b.mtx", "%%MatrixMarket matrix array real general\n2 1\n6\n8\n");

        var plan = await Simulations.PlanAsync(new ConjugateGradientDefinition(), """{ "matrix": "systems/a.mtx", "right": "systems/b.mtx" }""", 2, store: store);

        Assert.Equal([3, 2], Simulations.Run(plan, 2).Field("x"));
        var (_, faults) = await Simulations.CheckAsync(new ConjugateGradientDefinition(), """{ "matrix": "systems/c.mtx" }""", store: store);
        Assert.Equal("There is no file 'systems/c.mtx' in the container datasets.", Assert.Single(faults).Detail);
    }

    [Theory]
    [InlineData("%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 1 2\n\n% the end\n", null)]
    [InlineData("%%MatrixMarket matrix coordinate pattern general\r\n% c\r\n2 3 1\r\n1 3\r\n", null)]
    [InlineData("%%MatrixMarket matrix array real general\n2 1\n6\n8", null)]
    [InlineData("", "Line 1: a Matrix Market file starts with '%%MatrixMarket matrix'.")]
    [InlineData("%%MatrixMarket matrix coordinate complex general\n1 1 0\n", "Line 1: this is 'coordinate complex general'")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1\n", "Line 3: '3' is no whole number from 1 to 2.")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 nan\n", "Line 3: 'nan' is no finite number.")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 1\n2 2 1\n", "Line 4: there are more than the 1 elements that the sizes announce.")]
    [InlineData("%%MatrixMarket matrix coordinate real general\n2 2 2000000000\n", "Line 2: '2000000000' is no whole number from 0 to 200000000.")]
    [InlineData("%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n4\n", "Line 2: the vector has 2 columns; it must have one.")]
    public void Check_AFile_IsReadOrRefusedWithItsLine(string text, string? words)
    {
        var refused = Record.Exception(() => MatrixMarket.Check(new StringReader(text), CancellationToken.None));

        Assert.Equal(words is null, refused is null);
        Assert.StartsWith(words ?? "", refused?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Check_ALineWithoutEnd_IsRefusedBeforeItIsRead()
    {
        // Who reads on to the end learns that the sender is gone.
        using var text = new StreamReader(new OneWayStream(Encoding.ASCII.GetBytes(new string('x', 1 << 20))) { FailAtEnd = true });

        var refused = Assert.Throws<FormatException>(() => MatrixMarket.Check(text, CancellationToken.None));

        Assert.Equal("Line 1: it has more than 1024 characters.", refused.Message);
    }
    private static Task PutAsync(IObjectStore store, string path, string text) =>
        store.WriteAsync("datasets", path, new MemoryStream(Encoding.UTF8.GetBytes(text)), WriteCondition.None, CancellationToken.None);

    private static string Parameters(string matrix, string more = "") => $$"""{ "matrixText": {{JsonSerializer.Serialize(matrix)}} {{more}} }""";

    /// <summary>The second difference in one dimension.</summary>
    internal static string Laplacian(int size) => $"{Header}\n{size} {size} {(2 * size) - 1}\n1 1 2\n" + string.Concat(Enumerable.Range(2, size - 1).Select(row => $"{row} {row - 1} -1\n{row} {row} 2\n"));

    // Symmetric, and with a diagonal heavier than the rest of its row: positive definite.
    private static (double[,] Matrix, string Text) RandomMatrix(int size, int seed)
    {
        var random = new Random(seed);
        var matrix = new double[size, size];
        for (var n = 0; n < 4 * size; n++)
        {
            var (i, j, value) = (random.Next(size), random.Next(size), random.NextDouble() - 0.5);
            if (i == j || matrix[i, j] != 0)
                continue;
            (matrix[i, j], matrix[j, i]) = (value, value);
            matrix[i, i] += Math.Abs(value);
            matrix[j, j] += Math.Abs(value);
        }
        var lines = new List<string>();
        for (var i = 0; i < size; i++)
        {
            matrix[i, i] += 0.1;
            for (var j = 0; j <= i; j++)
            {
                if (matrix[i, j] != 0)
                    lines.Add(string.Create(CultureInfo.InvariantCulture, $"{i + 1} {j + 1} {matrix[i, j]:r}"));
            }
        }
        return (matrix, $"{Header}\n{size} {size} {lines.Count}\n{string.Join('\n', lines)}\n");
    }

    // Gauss's elimination with a right-hand side of ones.
    private static double[] Solve(double[,] a)
    {
        var n = a.GetLength(0);
        var (m, x) = ((double[,])a.Clone(), Enumerable.Repeat(1.0, n).ToArray());
        for (var k = 0; k < n; k++)
        {
            for (var i = k + 1; i < n; i++)
            {
                var f = m[i, k] / m[k, k];
                for (var j = k; j < n; j++)
                    m[i, j] -= f * m[k, j];
                x[i] -= f * x[k];
            }
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = i + 1; j < n; j++)
                x[i] -= m[i, j] * x[j];
            x[i] /= m[i, i];
        }
        return x;
    }
}
