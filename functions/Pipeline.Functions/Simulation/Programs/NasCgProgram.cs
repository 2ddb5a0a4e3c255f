using System.Numerics.Tensors;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>NAS CG: estimates the smallest eigenvalue of a sparse matrix by inverse iteration, each iteration a system of equations.</summary>
internal sealed class NasCgProgram(NasCgClass problem, SparseMatrix matrix) : SimulationProgram
{
    private const int Norms = 2;

    private readonly ConjugateGradients _solver = new(matrix, precondition: false, definite: false);
    private double[] _x = [];
    private double _zeta;
    private int _outer;
    private bool _norming;

    public override double Time => _outer;

    public override bool IsDone => _outer == problem.Iterations;

    /// <summary>Supersteps of an outer iteration: two for each inner one, and one for the norms.</summary>
    public const int SuperstepsPerIteration = 2 * NasCgClass.InnerIterations + 1;

    public override void Initialise(ICommunicator communicator)
    {
        _solver.Initialise(communicator);
        _x = new double[_solver.Solution.Length];
        Array.Fill(_x, 1);
        _solver.Start(_x);
    }

    public override void Send(ICommunicator communicator)
    {
        if (_norming)
            communicator.AllReduce<double>([TensorPrimitives.Dot<double>(_x, _solver.Solution), TensorPrimitives.Dot<double>(_solver.Solution, _solver.Solution)], ReduceOperation.Sum, Norms);
        else
            _solver.Send(communicator);
    }

    public override void Superstep(ICommunicator communicator)
    {
        if (!_norming)
        {
            _solver.Advance(communicator);
            _norming = _solver.Iteration == NasCgClass.InnerIterations;
            return;
        }
        var norms = communicator.Result<double>(Norms);
        _zeta = problem.Shift + 1 / norms[0];
        TensorPrimitives.Multiply(_solver.Solution, 1 / Math.Sqrt(norms[1]), _x);
        _solver.Start(_x);
        (_outer, _norming) = (_outer + 1, false);
    }

    public override void State(IArchive archive)
    {
        _solver.Archive(archive);
        archive.Array("eigenvector", Window.Of(matrix.Size, _solver.First, _x.Length), _x.AsSpan());
        archive.Value("outer", ref _outer);
        archive.Value("norming", ref _norming);
        archive.Value("zeta", ref _zeta);
    }

    public override void Output(IArchive archive) => archive.Array("eigenvector", Window.Of(matrix.Size, _solver.First, _x.Length), _x.AsSpan());

    public override void Diagnose(Diagnostics diagnostics)
    {
        diagnostics.Max("zeta", _zeta);
        diagnostics.Max("officialZeta", problem.Zeta);
        diagnostics.Max("verified", IsDone && Math.Abs(_zeta - problem.Zeta) / problem.Zeta <= 1e-10 ? 1 : 0);
    }
}
