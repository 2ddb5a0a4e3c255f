using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>The tasks of a batch job. Each writes to a name derived from its place in the plan, so that it can run twice; a task
/// whose output is there already does nothing.</summary>
public sealed class BatchActivities(JobService jobs, BatchPlanner planner, BatchPlanStore plans, BatchTaskRunner runner, IObjectStore store, TimeProvider time)
{
    // A custom status may have 16 KB.
    private const int MostStagesShown = 50;

    /// <summary>Plans the job and writes the plan.</summary>
    [Function(nameof(PlanBatch))]
    public async Task<BatchShape> PlanBatch([ActivityTrigger] BatchRun run, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            // A job that was cancelled and is started again is no longer cancelled.
            await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
            var spec = BatchSpec.Read(await jobs.ReadSpecAsync(run.JobId, cancellationToken));
            var plan = await plans.WriteAsync(run, await planner.PlanAsync(spec, run.JobId, cancellationToken), cancellationToken);
            var stages = plan.Stages.Select(s => new BatchShapeStage(s.Title, s.TaskCount, s.Merges)).ToList();
            var shown = PlanExplanation.Stages(plan).Select(s => new StageProgress(s.Name, s.DependsOn, 0, s.Tasks)).ToList();
            return new BatchShape(stages, plan.Options.ParallelTasks, watch.ElapsedMilliseconds, Plan: shown.Count <= MostStagesShown ? shown : null);
        }
        catch (Exception e) when (JobFaults.Describe(e, "plan") is { } error)
        {
            return new BatchShape([], 1, watch.ElapsedMilliseconds, error);
        }
    }

    /// <summary>Runs a task of a stage.</summary>
    [Function(nameof(RunStageTask))]
    public Task<TaskReport> RunStageTask([ActivityTrigger] BatchTaskRef task, CancellationToken cancellationToken) =>
        GuardAsync(new BatchRun(task.JobId, task.Run), (plan, token) => runner.RunStageTaskAsync(plan, task, token), task.ToString(),
            error => new TaskReport(Error: error), cancellationToken);

    /// <summary>Makes one state of up to <see cref="BatchShapeStage.FanIn"/>.</summary>
    [Function(nameof(RunMergeTask))]
    public Task<TaskReport> RunMergeTask([ActivityTrigger] BatchTaskRef task, CancellationToken cancellationToken) =>
        GuardAsync(new BatchRun(task.JobId, task.Run), (plan, token) => runner.RunMergeTaskAsync(plan, task, token), task.ToString(),
            error => new TaskReport(Error: error), cancellationToken);

    /// <summary>Makes the result.</summary>
    [Function(nameof(RunFinalTask))]
    public Task<BatchOutcome> RunFinalTask([ActivityTrigger] BatchRun run, CancellationToken cancellationToken) =>
        GuardAsync(run, (plan, token) => runner.RunFinalTaskAsync(plan, run, token), "final",
            error => new BatchOutcome(new TaskReport(Error: error), [], []), cancellationToken);

    private async Task<T> GuardAsync<T>(BatchRun run, Func<BatchPlan, CancellationToken, Task<T>> work, string name, Func<JobError, T> failed, CancellationToken cancellationToken)
    {
        var plan = await plans.ReadAsync(run, cancellationToken);
        return await JobTask.GuardAsync(store, time, run.JobId, name, token => work(plan, token), JobFaults.Describe, failed, cancellationToken);
    }
}
