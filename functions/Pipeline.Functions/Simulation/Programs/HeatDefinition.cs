using Pipeline.Jobs;

namespace Pipeline.Simulation.Programs;

/// <summary>Heat in a square plate whose edges are kept at zero.</summary>
internal sealed class HeatDefinition : FivePointDefinition
{
    public override string Name => "heat";

    public override string Summary => "heat in a square plate whose edges are kept at zero, compared with the exact solution";

    protected override FivePointProblem Read(SpecReader parameters, int cells) =>
        new(cells, false, 0, 0, parameters.Number("diffusivity", 1e-9, 1e9, 1, "How fast heat spreads."), 1, 0, 1);
}
