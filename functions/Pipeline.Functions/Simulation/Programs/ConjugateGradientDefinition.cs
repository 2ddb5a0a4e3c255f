using System.Text;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Simulation.Programs;

/// <summary>Sparse systems of equations by conjugate gradients.</summary>
internal sealed class ConjugateGradientDefinition : ProgramDefinition
{
    // Of two supersteps each, which are counted as int where progress is shown.
    private const int MaxIterations = (int.MaxValue - 1) / 2;

    public override string Name => "conjugate-gradient";

    public override string Summary => "a sparse symmetric positive definite system in Matrix Market's format, by conjugate gradients";

    public override async Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        run.RefuseSteps("This program ends when the residual is small enough, or after 'maxIterations' of its parameters. Leave 'steps' out.");
        var (file, text) = (parameters.Text("matrix", about: "A Matrix Market file in the container datasets; or there is matrixText."), parameters.Lines("matrixText", maxLength: JobSpec.MaxBytes, about: "The lines of the matrix in Matrix Market's format."));
        var rightFile = parameters.Text("right", about: "A Matrix Market file with the right-hand side: ones where it is absent.");
        var tolerance = parameters.Number("tolerance", 1e-15, 1, 1e-10, "The residual, as a share of the right-hand side, at which it ends.");
        var most = parameters.Integer("maxIterations", 1, MaxIterations, about: "Iterations at most: ten times the rows where it is absent.");
        var preconditioner = parameters.Choice("preconditioner", ["jacobi", "none"], "jacobi", "What the system is made easier by.");
        if ((file is null) == (text is null))
        {
            parameters.Fault(file is null ? null : "matrixText", "Give the matrix in Matrix Market's format: either 'matrix', a file in the container datasets, or 'matrixText', its lines.");
            return null;
        }
        var matrix = text is not null ? Parse(parameters, "matrixText", new StringReader(text), MatrixMarket.ReadMatrix) : await OpenAsync(parameters, "matrix", file!, inputs, MatrixMarket.ReadMatrix, cancellationToken);
        var right = rightFile is null ? matrix is null ? null : Enumerable.Repeat(1.0, matrix.Size).ToArray() : await OpenAsync(parameters, "right", rightFile, inputs, MatrixMarket.ReadVector, cancellationToken);
        if (matrix is null || right is null)
            return null;
        if (right.Length != matrix.Size)
            parameters.Fault("right", $"The right-hand side has {right.Length} elements; the matrix has {matrix.Size} rows.");
        if (run.Ranks > matrix.Size)
            run.Root.Fault("ranks", $"{run.Ranks} ranks cannot share {matrix.Size} rows. Take {matrix.Size} ranks or fewer.");
        var iterations = most ?? Math.Min(10L * matrix.Size, MaxIterations);
        return new ProgramPlan(() => new ConjugateGradientProgram(matrix, right, tolerance, preconditioner == "jacobi"), 2 * iterations + 1,
            [$"{matrix.Size:N0} rows, {matrix.Values.Length:N0} elements, at most {iterations:N0} iterations of two supersteps"])
        {
            TimeUnit = "iterations",
            Columns = new FieldAxis("index", 0, 1),
        };
    }

    private static async Task<T?> OpenAsync<T>(SpecReader parameters, string name, string path, ProgramInputs inputs, Func<TextReader, T> read, CancellationToken cancellationToken) where T : class
    {
        try
        {
            await using var stream = await inputs.OpenAsync(path, cancellationToken);
            if (stream is not null)
            {
                using var reader = new StreamReader(stream, Encoding.UTF8);
                return Parse(parameters, name, reader, read);
            }
            parameters.Fault(name, $"There is no file '{path}' in the container datasets.");
        }
        catch (StorageException e)
        {
            parameters.Fault(name, e.Message);
        }
        return null;
    }

    private static T? Parse<T>(SpecReader parameters, string name, TextReader text, Func<TextReader, T> read) where T : class
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            parameters.Fault(name, e.Message);
            return null;
        }
    }
}
