using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>
/// Runs a simulation in legs: every host computes some supersteps of its ranks, exchanging messages with the others by itself, and then
/// tells how far it is. When something is lost, all go back to the last checkpoint. It sees names and counts only, and cuts its
/// history again and again.
/// </summary>
public static class SimulationOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "SimulationJob";

    /// <summary>Legs of one history.</summary>
    public const int LegsPerHistory = 50;

    /// <summary>How often all go back to a checkpoint before another is reached.</summary>
    public const int MaxFailures = 5;

    // A leg takes about a second: progress is seen, and what the task hub costs is next to nothing.
    private const double LegSeconds = 1;

    /// <summary>Runs the job.</summary>
    [Function(Name)]
    public static async Task<JobOutput?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, SimulationInput job)
    {
        var progress = new SimulationProgress(context);
        try
        {
            var state = job.State ?? await PrepareAsync(context, job, progress);
            Task<PublishReport>? publishing = null;
            for (var legs = 0; legs < LegsPerHistory && !state.Done; legs++)
            {
                progress.Show(state);
                var (next, publish) = Advance(job, state, await ComputeAsync(context, job, state), progress);
                if (publishing is not null)
                    next = Published(next, await publishing, progress);
                publishing = publish is null ? null : context.CallActivityAsync<PublishReport>(nameof(SimulationActivities.PublishSimulation), publish, JobOrchestration.Retries);
                state = next;
            }
            var last = publishing is null ? null : await publishing;
            if (last is not null)
                state = Published(state, last, progress);
            progress.Show(state);
            if (state.Done)
                return last!.Output! with { Statistics = SimulationProgress.Statistics(state) };
            context.ContinueAsNew(job with { State = state });
            return null;
        }
        catch (TaskFailedException e)
        {
            throw progress.Fail(JobOrchestration.ErrorOf(e, e.TaskName, $"It was tried five times. Submit a job with \"from\": \"{job.Id}\" to go on from the last checkpoint."));
        }
    }

    private static async Task<SimulationState> PrepareAsync(TaskOrchestrationContext context, SimulationInput job, SimulationProgress progress)
    {
        var run = context.NewGuid().ToString("n")[..12];
        progress.Preparing();
        var shape = await context.CallActivityAsync<SimulationShape>(nameof(SimulationActivities.PrepareSimulation), new SimulationRun(job.Id, run), JobOrchestration.Retries);
        if (shape.Error is { } refused)
            throw progress.Fail(refused);
        return new SimulationState(run, shape, shape.Start, shape.Start, shape.Start);
    }

    private static async Task<(LegTask Leg, LegReport[] Reports)> ComputeAsync(TaskOrchestrationContext context, SimulationInput job, SimulationState state)
    {
        var shape = state.Shape;
        var to = Math.Min(state.Superstep + state.Leg, shape.Supersteps);
        var save = shape.CheckpointEvery is null && state.SinceCheckpoint >= shape.CheckpointSeconds;
        if (shape.CheckpointEvery is { } every && (state.Superstep / every + 1) * every is var next && next <= to)
            (to, save) = (next, true);
        var leg = new LegTask(job.Id, state.Run, 0, state.Attempt, shape.Start, state.Checkpoint, state.Superstep, to, shape.Supersteps, save);
        var hosts = Enumerable.Range(0, shape.Hosts).Select(host =>
            context.CallActivityAsync<LegReport>(nameof(SimulationActivities.RunSupersteps), leg with { Host = host }, JobOrchestration.Retries));
        return (leg, await Task.WhenAll(hosts));
    }

    private static (SimulationState State, PublishTask? Publish) Advance(SimulationInput job, SimulationState state, (LegTask Leg, LegReport[] Reports) computed, SimulationProgress progress)
    {
        var (leg, reports) = computed;
        if (reports.Select(r => r.Error).FirstOrDefault(e => e is not null) is { } error)
            throw progress.Fail(error);
        var seconds = reports.Max(r => r.Seconds);
        state = state with { Seconds = state.Seconds + seconds, Computed = state.Computed + reports.Max(r => r.Computed) };
        if (Array.Find(reports, r => r.Lost is not null) is { } lost)
            return (GoBack(job, state, lost, reports.Any(r => r.CheckpointDamaged), progress), null);
        var first = reports[0];
        if (Array.Exists(reports, r => r.Superstep != first.Superstep || r.Done != first.Done))
            throw progress.Fail(new JobError($"The hosts ended at different supersteps: {string.Join(", ", reports.Select(r => r.Superstep))}.", Advice: "A program must be done on all ranks in the same superstep: decide by the result of a collective."));

        var rate = seconds > 0 ? (first.Superstep - state.Superstep) / seconds : 0;
        var kept = leg.Save || first.Done;
        var next = state with
        {
            Superstep = first.Superstep,
            Done = first.Done,
            Time = first.Time,
            Rate = rate,
            Leg = (long)Math.Clamp(rate * LegSeconds, 1, 8.0 * state.Leg),
            Checkpoint = kept ? first.Superstep : state.Checkpoint,
            Previous = kept ? state.Checkpoint : state.Previous,
            SinceCheckpoint = kept ? 0 : state.SinceCheckpoint + seconds,
            Failures = kept ? 0 : state.Failures,
        };
        var outputs = state.Superstep == state.Shape.Start || first.Superstep / state.Shape.OutputEvery > state.Superstep / state.Shape.OutputEvery;
        var publish = kept || outputs
            ? new PublishTask(job.Id, state.Run, state.Shape.Start, state.Superstep, next.Superstep, next.Done, next.Checkpoint, next.Previous, next.Attempt)
            : null;
        return (next, publish);
    }

    private static SimulationState GoBack(SimulationInput job, SimulationState state, LegReport lost, bool damaged, SimulationProgress progress)
    {
        if (state.Failures + 1 >= MaxFailures)
        {
            throw progress.Fail(new JobError($"The hosts went back to a checkpoint {MaxFailures} times and did not reach the next: {lost.Lost}",
                Advice: $"See that the app runs {state.Shape.Hosts} activities at the same time, one for each host, or take fewer hosts or a longer peerTimeoutSeconds; then submit it with \"from\": \"{job.Id}\"."));
        }
        var to = damaged ? state.Previous : state.Checkpoint;
        // The one before the previous is gone, so behind that lies the start alone.
        return state with
        {
            Superstep = to,
            Checkpoint = to,
            Previous = damaged ? state.Shape.Start : state.Previous,
            Attempt = state.Attempt + 1,
            Failures = state.Failures + 1,
            SinceCheckpoint = 0,
        };
    }

    private static SimulationState Published(SimulationState state, PublishReport report, SimulationProgress progress) =>
        report.Error is { } error ? throw progress.Fail(error) : state with { Figures = report.Figures ?? state.Figures };
}
