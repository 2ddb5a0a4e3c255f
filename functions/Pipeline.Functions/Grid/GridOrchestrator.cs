using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Grid.State;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>
/// Looks after a grid job: it splits the input, and then, whenever results came or a deadline has passed, has results compared and
/// canonical ones put into the job's result. It sees names and counts only, and cuts its history again and again.
/// </summary>
public static class GridOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "GridJob";

    /// <summary>The event that tells of results to look at.</summary>
    public const string ProgressEvent = "Progress";

    private const int StepsPerHistory = 40;
    private const int UnitsPerTask = 256;

    // A word of results may be lost with the host that was to pass it on; so it looks by itself, too.
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(30);

    // The log's clock may be behind this one: a deadline that has passed here has not passed there.
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private static readonly TaskOptions Retries = TaskOptions.FromRetryPolicy(
        new RetryPolicy(8, TimeSpan.FromSeconds(1), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(1)));

    /// <summary>Runs the job.</summary>
    [Function(Name)]
    public static async Task<JobOutput?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, GridInput job)
    {
        var progress = new GridProgress(context);
        var state = job.State;
        var doing = "split";
        try
        {
            state ??= await SplitAsync(context, job, progress);
            var woken = context.WaitForExternalEvent<bool>(ProgressEvent);
            for (var steps = 0; steps < StepsPerHistory; steps++)
            {
                doing = "advance";
                var step = await context.CallActivityAsync<GridStep>(nameof(GridActivities.AdvanceGrid), new GridAdvance(state.Run, state.Shape), Retries);
                if (step.Error is { } lost)
                    throw progress.Fail(lost);
                progress.Show(state.Shape, step.Counts);
                if (step.Finished)
                    return await FinishAsync(context, state, step.Counts, progress);
                doing = "validate";
                await Task.WhenAll(step.Validate.Chunk(UnitsPerTask).Select(units =>
                    context.CallActivityAsync<int>(nameof(GridActivities.ValidateGridUnits), new GridUnits(state.Run, units), Retries)));
                doing = "assimilate";
                if (step.Assimilate.Count > 0)
                    state = await AssimilateAsync(context, state, step, progress);
                if (step.Validate.Count + step.Assimilate.Count == 0)
                    woken = await WaitAsync(context, woken, step.NextDeadline);
            }
            context.ContinueAsNew(new GridInput(job.Id, job.Name, state), preserveUnprocessedEvents: true);
            return null;
        }
        catch (TaskFailedException e)
        {
            var error = JobOrchestration.ErrorOf(e, doing, "It was tried eight times. If what it says has passed, submit the job again.");
            await CloseAsync(context, state);
            throw progress.Fail(error);
        }
        catch (JobFailedException)
        {
            await CloseAsync(context, state);
            throw;
        }
    }

    private static async Task<GridJobState> SplitAsync(TaskOrchestrationContext context, GridInput job, GridProgress progress)
    {
        progress.Splitting();
        var run = new GridRun(job.Id, context.NewGuid().ToString("n")[..6]);
        var shape = await context.CallActivityAsync<GridShape>(nameof(GridActivities.SplitGrid), run, Retries);
        if (shape.Error is not { } refused)
            return new GridJobState(run, shape);
        await CloseAsync(context, new GridJobState(run, shape));
        throw progress.Fail(refused);
    }

    private static async Task<GridJobState> AssimilateAsync(TaskOrchestrationContext context, GridJobState state, GridStep step, GridProgress progress)
    {
        var part = await context.CallActivityAsync<PartReport>(nameof(GridActivities.AssimilateGridUnits), new GridUnits(state.Run, step.Assimilate, state.Parts), Retries);
        return part.Error is { } error ? throw progress.Fail(error) : state.With(part);
    }

    // Until results came, a deadline has passed, or it is time to look again.
    private static async Task<Task<bool>> WaitAsync(TaskOrchestrationContext context, Task<bool> woken, DateTimeOffset? deadline)
    {
        var now = context.CurrentUtcDateTime;
        var until = now + LooksEvery;
        if (deadline is { } due && due.UtcDateTime < until)
            until = due.UtcDateTime > now + LeastPause ? due.UtcDateTime : now + LeastPause;
        using var stop = new CancellationTokenSource();
        var timer = context.CreateTimer(until, stop.Token);
        await Task.WhenAny(woken, timer);
#pragma warning disable CA1849 // An orchestrator awaits nothing but its context, not even this.
        if (!timer.IsCompleted)
            stop.Cancel();
#pragma warning restore CA1849
        return woken.IsCompleted ? context.WaitForExternalEvent<bool>(ProgressEvent) : woken;
    }

    private static async Task<JobOutput> FinishAsync(TaskOrchestrationContext context, GridJobState state, Tally counts, GridProgress progress)
    {
        if (state.Columns is null)
        {
            throw progress.Fail(new JobError(
                $"All {counts.Units:N0} work units were given up.", "compute", state.Failures.Count > 0 ? state.Failures[0] : null, "See the list for the reasons: hosts failed, disagreed, or did not answer."));
        }
        await CloseAsync(context, state);
        return new JobOutput(
            state.Columns, JobFiles.Results, state.Files, state.FileCount, state.Rows, state.Bytes, GridProgress.Statistics(counts), state.Failures.Count > 0 ? state.Failures : null);
    }

    private static Task CloseAsync(TaskOrchestrationContext context, GridJobState? state) =>
        state is null ? Task.CompletedTask : context.CallActivityAsync(nameof(GridActivities.CloseGrid), state.Run, Retries);
}
