using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Simulation.Programs;

/// <summary>Solves A x = b until the residual is small enough.</summary>
internal sealed class ConjugateGradientProgram(SparseMatrix matrix, double[] right, double tolerance, bool precondition) : SimulationProgram
{
    private readonly ConjugateGradients _solver = new(matrix, precondition);
    private readonly double _goal = tolerance * Math.Sqrt(right.Sum(b => b * b));
    private bool _done;

    public override double Time => _solver.Iteration;

    public override bool IsDone => _done;

    public override void Initialise(ICommunicator communicator)
    {
        _solver.Initialise(communicator);
        _solver.Start(right.AsSpan(_solver.First, _solver.Solution.Length));
    }

    public override void Send(ICommunicator communicator) => _solver.Send(communicator);

    public override void Superstep(ICommunicator communicator)
    {
        if (_solver.Arrived(communicator) <= _goal)
            _done = true;
        _solver.Advance(communicator);
    }

    public override void State(IArchive archive)
    {
        _solver.Archive(archive);
        archive.Value("done", ref _done);
    }

    public override void Output(IArchive archive) => archive.Array("x", Window.Of(matrix.Size, _solver.First, _solver.Solution.Length), _solver.Solution);

    public override void Diagnose(Diagnostics diagnostics)
    {
        diagnostics.Max("iterations", _solver.Iteration);
        diagnostics.Max("residual", _solver.ResidualNorm);
        diagnostics.Max("goal", _goal);
        diagnostics.Max("converged", _done ? 1 : 0);
    }
}
