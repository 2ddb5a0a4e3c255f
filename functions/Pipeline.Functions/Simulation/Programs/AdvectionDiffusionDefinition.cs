using Pipeline.Jobs;

namespace Pipeline.Simulation.Programs;

/// <summary>A quantity that a steady wind carries round a periodic square while it spreads.</summary>
internal sealed class AdvectionDiffusionDefinition : FivePointDefinition
{
    public override string Name => "advection-diffusion";

    public override string Summary => "a quantity carried round a periodic square while it spreads, compared with the exact solution";

    protected override FivePointProblem Read(SpecReader parameters, int cells) => new(cells, true,
        parameters.Number("velocityX", -1e6, 1e6, 1, "The wind across, in lengths of the square a second."),
        parameters.Number("velocityY", -1e6, 1e6, 0.5, "The wind down, in lengths of the square a second."),
        parameters.Number("diffusivity", 1e-9, 1e9, 0.02, "How fast it spreads."), 1, 0, 1);
}
