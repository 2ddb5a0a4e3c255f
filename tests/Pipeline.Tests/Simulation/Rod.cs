using System.Numerics.Tensors;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Simulation.Grids;
using Pipeline.Simulation.Output;
using Pipeline.Simulation.Ranks;

namespace Pipeline.Tests.Simulation;

public sealed class Rod(int cells) : SimulationProgram
{
    private double[] _heat = []; // the rank's own cells, and a neighbour's cell at either end
    private int _first;

    public override void Initialise(ICommunicator communicator)
    {
        var (start, end) = CartesianTopology.Split(cells, communicator.Size, communicator.Rank);
        (_first, _heat) = (start, new double[end - start + 2]);
        Own.Fill(1);
    }

    public override void Send(ICommunicator communicator)
    {
        if (communicator.Rank > 0)
            communicator.Send<double>(communicator.Rank - 1, [_heat[1]]);
        if (communicator.Rank < communicator.Size - 1)
            communicator.Send<double>(communicator.Rank + 1, [_heat[^2]]);
    }

    public override void Superstep(ICommunicator communicator)
    {
        if (communicator.Rank > 0)
            _heat[0] = communicator.Receive<double>(communicator.Rank - 1)[0];
        if (communicator.Rank < communicator.Size - 1)
            _heat[^1] = communicator.Receive<double>(communicator.Rank + 1)[0];
        var left = _heat[0];
        for (var i = 1; i < _heat.Length - 1; i++)
            (left, _heat[i]) = (_heat[i], _heat[i] + 0.25 * (left - 2 * _heat[i] + _heat[i + 1]));
    }

    public override void State(IArchive archive) => archive.Array("heat", Window.Of(cells, _first, Own.Length), Own);

    public override void Diagnose(Diagnostics diagnostics) => diagnostics.Sum("total", TensorPrimitives.Sum<double>(Own));

    private Span<double> Own => _heat.AsSpan(1, _heat.Length - 2);
}

internal sealed class RodDefinition : ProgramDefinition
{
    public override string Name => "rod";

    public override string Summary => "heat in a rod whose ends are kept cold";

    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        var cells = (int)(parameters.Integer("cells", 1, 1_000_000) ?? 1_000);
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new Rod(cells), run.Supersteps(), []));
    }
}
