using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Simulation.Imaging;

namespace Pipeline.Simulation.Programs;

/// <summary>What the programs <c>heat</c> and <c>advection-diffusion</c> share.</summary>
internal abstract class FivePointDefinition : ProgramDefinition
{
    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        var cells = (int)parameters.Integer("cells", 4, 32_768, 128, "Cells along each side.");
        var amplitude = parameters.Number("amplitude", -1e300, 1e300, 1, "The height at the start.");
        var problem = Read(parameters, cells) with { Amplitude = amplitude, InnerSteps = run.InnerSteps };
        var largest = problem.LargestTimeStep;
        var timeStep = parameters.Number("timeStep", 1e-300, 1e300, about: "Seconds of a time step: nine tenths of the largest stable one where it is absent.") ?? 0.9 * largest;
        if (timeStep > largest)
            parameters.Fault("timeStep", string.Create(CultureInfo.InvariantCulture, $"A time step of {timeStep:g6} s is not stable: waves would grow without bound. The largest stable one is {largest:g6} s."));
        GridChecks.Check(run, cells, cells, problem.InnerSteps, problem.Periodic);
        problem = problem with { TimeStep = timeStep };
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new FivePointProgram(problem), run.Supersteps(),
            [string.Create(CultureInfo.InvariantCulture, $"{cells} × {cells} cells, time step {timeStep:g6} s, largest stable one {largest:g6} s")])
        {
            Rows = new FieldAxis("y", problem.Coordinate(0), problem.Spacing),
            Columns = new FieldAxis("x", problem.Coordinate(0), problem.Spacing),
            Frame = new FrameStyle("u", MapProjection.Plane),
        });
    }

    /// <summary>Reads the parameters of its own.</summary>
    protected abstract FivePointProblem Read(SpecReader parameters, int cells);
}
