using System.Globalization;
using System.Numerics;
using Pipeline.Jobs;
using Pipeline.Simulation.Imaging;

namespace Pipeline.Simulation.Programs;

/// <summary>Flows of a shallow fluid on the rotating earth: the simplest model of the atmosphere.</summary>
internal sealed class ShallowWaterDefinition : ProgramDefinition
{
    private const double SecondsPerDay = 86_400;

    public override string Name => "shallow-water";

    public override string Summary => "a shallow fluid on the rotating earth, Williamson's test cases 2 and 5";

    public override Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken)
    {
        var number = parameters.Integer("case", 2, 5, 5, "Williamson's case: 2 (a steady flow) or 5 (a flow against a mountain).");
        if (number is 3 or 4)
            parameters.Fault("case", $"Case {number} is not here; cases are 2 (a steady flow) and 5 (a flow against a mountain).");
        var tilt = parameters.Number("tiltDegrees", -180, 180, 0, "How far the flow of case 2 is tilted.");
        if (tilt != 0 && number != 2)
            parameters.Fault("tiltDegrees", "Only the flow of case 2 has an axis that can be tilted. Leave it out.");
        var sphere = new Sphere((int)parameters.Integer("rows", 8, 8_192, 64, "Cells from pole to pole."), (int)parameters.Integer("columns", 8, 16_384, 128, "Cells round the equator."));
        var flow = new WilliamsonCase((int)number, tilt * Math.PI / 180);
        var largest = LargestTimeStep(sphere, flow);
        var timeStep = parameters.Number("timeStep", 1e-6, 1e6, about: "Seconds of a time step: a little less than the largest stable one where it is absent.") ?? Math.Floor(0.95 * largest * 1000) / 1000;
        if (timeStep > largest)
            parameters.Fault("timeStep", string.Create(CultureInfo.InvariantCulture, $"A time step of {timeStep:g6} s is not stable: gravity waves would cross the narrow cells at the poles too fast. The largest stable one is {largest:g6} s."));
        var days = parameters.Number("days", 1e-6, 36_525, about: "Days to compute; or there are steps.");
        if (days is not null && run.Steps is not null)
            parameters.Fault("days", "The length is given by 'days' or by 'steps', not by both. Leave one out.");
        var supersteps = days is { } length ? (long)Math.Ceiling(length * SecondsPerDay / (timeStep * run.InnerSteps)) : run.Supersteps();
        if (supersteps > int.MaxValue)
            parameters.Fault("days", $"That takes {supersteps:N0} supersteps; {int.MaxValue:N0} are allowed.");
        GridChecks.Check(run, sphere.Rows, sphere.Columns, Math.Max(ShallowWaterProgram.Reach * run.InnerSteps, Vector<double>.Count), periodicRows: false);
        var inner = run.InnerSteps;
        var degrees = 180 / Math.PI;
        return Task.FromResult<ProgramPlan?>(new ProgramPlan(() => new ShallowWaterProgram(sphere, flow, timeStep, inner), supersteps,
            [string.Create(CultureInfo.InvariantCulture, $"{sphere.Rows} × {sphere.Columns} cells, time step {timeStep:g6} s, largest stable one {largest:g6} s, {supersteps * inner * timeStep / SecondsPerDay:g4} days")])
        {
            Rows = new FieldAxis("latitude", sphere.Latitude(0) * degrees, sphere.LatitudeStep * degrees),
            Columns = new FieldAxis("longitude", sphere.Longitude(0) * degrees, sphere.LongitudeStep * degrees),
            Frame = new FrameStyle("height", MapProjection.Mollweide),
        });
    }

    /// <summary>Three-stage steps are stable for oscillations of √3 a step. The fastest are gravity waves of two cells in the row at the
    /// pole, carried along by the wind.</summary>
    internal static double LargestTimeStep(Sphere sphere, WilliamsonCase flow)
    {
        var speed = Math.Sqrt(Sphere.Gravity * flow.Level);
        var dx = Sphere.Radius * Math.Cos(sphere.Latitude(0)) * sphere.LongitudeStep;
        var dy = Sphere.Radius * sphere.LatitudeStep;
        return Math.Sqrt(3) / (2 * speed * Math.Sqrt(1 / (dx * dx) + 1 / (dy * dy)) + flow.Speed / dx);
    }
}
