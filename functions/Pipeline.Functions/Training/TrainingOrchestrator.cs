using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Training;

/// <summary>Runs a training job: plan, samples, rounds with a test after each epoch, model. It sees names and counts only; data stays
/// in blobs.</summary>
public static class TrainingOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "TrainingJob";

    /// <summary>The event that asks for another number of workers.</summary>
    public const string WorkersEvent = "Workers";

    // The history of one generation: enough to make starting the next a small part of the work, little enough to be replayed at once.
    private const int TasksPerGeneration = 1_000;
    private const int Parallel = 64;

    /// <summary>Runs the job.</summary>
    [Function(Name)]
    public static async Task<JobOutput?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, TrainingInput input)
    {
        var progress = new TrainingProgress(context);
        var doing = "plan";
        try
        {
            var at = input.At ?? await StartAsync(context, input, progress);
            var asked = context.WaitForExternalEvent<int>(WorkersEvent);
            for (var tasks = 0; !IsOver(at);)
            {
                // First of all: an event that has been handed over is none of those that the next history is given.
                if (asked.IsCompletedSuccessfully)
                {
                    at = at with { Wanted = asked.Result };
                    asked = context.WaitForExternalEvent<int>(WorkersEvent);
                }
                if (tasks >= TasksPerGeneration)
                {
                    context.ContinueAsNew(input with { At = at }, preserveUnprocessedEvents: true);
                    return null;
                }
                progress.Training(at);
                doing = $"round {at.Round}";
                at = await RunRoundAsync(context, at.Resized(), progress);
                tasks += at.Workers + 1;
                if (at.Round % at.Shape.RoundsPerEpoch == 0)
                {
                    doing = $"epoch {at.Round / at.Shape.RoundsPerEpoch}";
                    at = await EndEpochAsync(context, at, progress);
                }
            }
            progress.Training(at);
            progress.Publishing();
            doing = "publish";
            return await PublishAsync(context, at, progress);
        }
        catch (TaskFailedException e)
        {
            throw progress.Fail(JobOrchestration.ErrorOf(e, doing));
        }
    }

    private static bool IsOver(TrainingCursor at) => at.Round >= at.Shape.Rounds || at.Last is { Stop: true };

    private static async Task<TrainingCursor> StartAsync(TaskOrchestrationContext context, TrainingInput input, TrainingProgress progress)
    {
        var run = new TrainingRun(input.Id, context.NewGuid().ToString("n")[..12]);
        progress.Planning();
        var shape = Check(await context.CallActivityAsync<TrainingShape>(nameof(TrainingActivities.PlanTraining), run, JobOrchestration.Retries), s => s.Error, progress);
        progress.Preparing(shape);
        var prepared = await FanOut.RunAsync(
            shape.PrepareTasks, Parallel, new RoundReport(),
            i => context.CallActivityAsync<RoundReport>(nameof(TrainingActivities.PrepareSamples), new PrepareRef(run.JobId, run.Run, i), JobOrchestration.Retries),
            (sum, report) => sum.Add(report), sum => sum.Error is not null, progress.Prepared);
        Check(prepared, r => r.Error, progress);
        shape = Check(await context.CallActivityAsync<TrainingShape>(nameof(TrainingActivities.StartTraining), run, JobOrchestration.Retries), s => s.Error, progress);
        var now = context.CurrentUtcDateTime;
        return new TrainingCursor(run.JobId, run.Run, shape, now, now, shape.Workers, shape.Workers, 0, null, 0, new RoundReport(), new RoundReport(), 0, 0, null, new Pace());
    }

    private static async Task<TrainingCursor> RunRoundAsync(TaskOrchestrationContext context, TrainingCursor at, TrainingProgress progress)
    {
        var (strategy, started, rounds) = (at.Shape.Strategy, context.CurrentUtcDateTime, at.Leg());
        var participants = at.Participants();
        var tasks = participants.Select(w => context.CallActivityAsync<RoundReport>(nameof(TrainingActivities.TrainRound), at.Task(w) with { Rounds = rounds }, JobOrchestration.Retries)).ToList();
        if (strategy.DeadlineSeconds > 0)
            await WaitAsync(context, tasks, TimeSpan.FromSeconds(strategy.DeadlineSeconds));
        else
            await Task.WhenAll(tasks);
        var done = participants.Zip(tasks).Where(p => p.Second.IsCompletedSuccessfully).ToList();
        var reports = done.Select(p => Check(p.Second.Result, r => r.Error, progress)).ToList();
        // A worker that heard of all others is one round ahead of one that did not: all go on from where everybody is.
        var reached = reports.Min(r => r.Rounds);
        var sum = reports.Aggregate(new RoundReport(), (total, report) => total.Add(report.UpTo(reached)));
        var slowest = reports.Max(r => r.Milliseconds());
        var last = at with { Round = at.Round + reached - 1 };

        // A median needs every worker's own values; sums of them would not do.
        var everyone = done.Count == at.Workers;
        if (strategy.Type == StrategySpec.Synchronous || (everyone && strategy.Aggregate == "mean"))
        {
            var levels = RoundTree.Levels(at.Workers);
            for (var level = 1; level < levels.Count; level++)
            {
                var reduced = await Task.WhenAll(Enumerable.Range(0, levels[level]).Select(i =>
                    context.CallActivityAsync<RoundReport>(nameof(TrainingActivities.ReduceRound), new ReduceTask(last.Task(i), level), JobOrchestration.Retries)));
                slowest += reduced.Max(r => r.Milliseconds());
                sum = reduced.Aggregate(sum, (total, report) => total.Add(Check(report, r => r.Error, progress)));
            }
        }
        if (strategy.Type != StrategySpec.Synchronous)
        {
            var closed = Check(await context.CallActivityAsync<RoundReport>(
                nameof(TrainingActivities.CloseRound), new CloseTask(last.Task(0), everyone ? null : [.. done.Select(p => p.First)]), JobOrchestration.Retries), r => r.Error, progress);
            slowest += closed.Milliseconds();
            sum = sum.Add(closed);
        }
        var seconds = (context.CurrentUtcDateTime - started).TotalSeconds;
        var overhead = Math.Max(0, seconds - (slowest / 1000));
        return at with
        {
            Round = at.Round + reached,
            Epoch = at.Epoch.Add(sum),
            OrchestrationMs = at.OrchestrationMs + (overhead * 1000),
            LeftOut = at.LeftOut + participants.Count - done.Count,
            Pace = at.Pace.After(rounds, reached, seconds, overhead, at.Round + reached),
        };
    }

    // After the deadline the round goes on with those that are done, but never with none.
    private static async Task WaitAsync(TaskOrchestrationContext context, List<Task<RoundReport>> tasks, TimeSpan deadline)
    {
        using var enough = new CancellationTokenSource();
        var timer = context.CreateTimer(deadline, enough.Token);
        var waiting = new List<Task>(tasks);
        while (waiting.Count > 0 && !(timer.IsCompleted && tasks.Exists(t => t.IsCompletedSuccessfully)))
        {
            var first = await Task.WhenAny(timer.IsCompleted ? waiting : waiting.Append(timer));
            waiting.Remove(first);
        }
#pragma warning disable CA1849 // An orchestrator awaits nothing but its context, not even this.
        if (!timer.IsCompleted)
            enough.Cancel();
#pragma warning restore CA1849
        if (!tasks.Exists(t => t.IsCompletedSuccessfully))
            await Task.WhenAll(tasks);
    }

    private static async Task<TrainingCursor> EndEpochAsync(TaskOrchestrationContext context, TrainingCursor at, TrainingProgress progress)
    {
        var epoch = at.Round / at.Shape.RoundsPerEpoch;
        var seconds = (context.CurrentUtcDateTime - at.EpochStartedAt).TotalSeconds;
        var testers = Math.Min(at.Workers, at.Shape.ValidationParts);
        var tests = await Task.WhenAll(Enumerable.Range(0, testers).Select(i =>
            context.CallActivityAsync<RoundReport>(nameof(TrainingActivities.TestEpoch), new EpochTask(at.Task(i), epoch, testers), JobOrchestration.Retries)));
        foreach (var test in tests)
            Check(test, r => r.Error, progress);
        var end = new EpochEnd(at.JobId, at.Run, epoch, at.Round, at.Epoch.Samples, at.Epoch.Loss, seconds, at.Epoch.BytesSent);
        var outcome = Check(await context.CallActivityAsync<EpochOutcome>(nameof(TrainingActivities.CloseEpoch), end, JobOrchestration.Retries), o => o.Error, progress);
        return at with { Epoch = new RoundReport(), Total = at.Total.Add(at.Epoch), EpochStartedAt = context.CurrentUtcDateTime, Last = outcome.Report };
    }

    private static async Task<JobOutput> PublishAsync(TaskOrchestrationContext context, TrainingCursor at, TrainingProgress progress)
    {
        var seconds = (context.CurrentUtcDateTime - at.StartedAt).TotalSeconds;
        var end = new EpochEnd(at.JobId, at.Run, at.Last!.Epoch, at.Round, 0, 0, seconds, 0);
        var model = Check(await context.CallActivityAsync<PublishedModel>(nameof(TrainingActivities.PublishModel), end, JobOrchestration.Retries), m => m.Error, progress);
        await context.CallActivityAsync(nameof(TrainingActivities.ForgetTraining), at.TrainingRun, JobOrchestration.Retries);
        return new JobOutput(model.Columns, JobFiles.Results, [model.File], 1, model.Rows, model.Bytes, new Dictionary<string, long>
        {
            ["version"] = model.Version,
            ["epochs"] = at.Last.Epoch,
            ["rounds"] = at.Round,
            ["samples"] = at.Total.Samples,
            ["trainMs"] = (long)(seconds * 1000),
            ["computeMs"] = (long)at.Total.ComputeMs,
            ["exchangeMs"] = (long)at.Total.ExchangeMs,
            ["waitMs"] = (long)at.Total.WaitMs,
            ["orchestrationMs"] = (long)at.OrchestrationMs,
            ["bytesSent"] = at.Total.BytesSent,
            ["bytesReceived"] = at.Total.BytesReceived,
            ["bytesRead"] = at.Shape.BytesRead,
            ["rebuilt"] = at.Total.Rebuilt,
            ["leftOut"] = at.LeftOut,
        }, model.Artifacts);
    }

    private static T Check<T>(T result, Func<T, JobError?> error, TrainingProgress progress) => error(result) is { } found ? throw progress.Fail(found) : result;
}
