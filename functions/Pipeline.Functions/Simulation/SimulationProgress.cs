using System.Globalization;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>Shows a simulation's progress as the orchestration's custom status.</summary>
internal sealed class SimulationProgress(TaskOrchestrationContext context)
{
    private JobProgress _progress = new("prepare");

    public void Preparing() => context.SetCustomStatus(new JobState(_progress));

    public void Show(SimulationState state)
    {
        var shape = state.Shape;
        var notes = new List<string> { $"t = {Time(state.Time, shape.TimeUnit)}" };
        if (state.Rate > 0)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Number(state.Rate)} supersteps/s"));
            if (!state.Done)
                notes.Add($"{Time((shape.Supersteps - state.Superstep) / state.Rate, "s")} left");
        }
        if (state.Figures is not null)
            notes.Add(state.Figures);
        _progress = new JobProgress("simulate", 1, 1, (int)(state.Superstep - shape.Start), (int)(shape.Supersteps - shape.Start), Note: string.Join(" · ", notes));
        context.SetCustomStatus(new JobState(_progress));
    }

    /// <summary>Shows why the job fails, and gives the exception to end it with.</summary>
    public JobFailedException Fail(JobError error) => context.Fail(_progress, error);

    public static IReadOnlyDictionary<string, long> Statistics(SimulationState state) => new Dictionary<string, long>
    {
        ["supersteps"] = state.Superstep - state.Shape.Start,
        ["superstepsComputed"] = state.Computed,
        ["computeMs"] = (long)(state.Seconds * 1000),
        ["superstepsPerSecond"] = state.Seconds > 0 ? (long)(state.Computed / state.Seconds) : 0,
        ["hosts"] = state.Shape.Hosts,
        ["attempts"] = state.Attempt + 1,
    };

    private static string Number(double value) => value >= 100 ? value.ToString("N0", CultureInfo.InvariantCulture) : value.ToString("g3", CultureInfo.InvariantCulture);

    private static string Time(double time, string unit) => (unit, Math.Abs(time)) switch
    {
        ("s", >= 86_400) => string.Create(CultureInfo.InvariantCulture, $"{time / 86_400:0.00} d"),
        ("s", >= 7_200) => string.Create(CultureInfo.InvariantCulture, $"{time / 3_600:0.0} h"),
        ("s", >= 120) => string.Create(CultureInfo.InvariantCulture, $"{time / 60:0.0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time:g3} {unit}"),
    };
}
