using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>Runs a batch job: plan, stages with their merges, final task. It sees names and counts only; data stays in blobs.</summary>
public static class BatchOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "BatchJob";

    /// <summary>How many tasks one orchestration looks after; a wider fan-out goes through sub-orchestrations, so that no history
    /// grows without bound.</summary>
    public const int MaxFanOut = 256;

    private const string ChunkName = "BatchChunk";

    /// <summary>Runs the job.</summary>
    [Function(Name)]
    public static async Task<JobOutput> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, JobInput job)
    {
        var run = context.NewGuid().ToString("n")[..12];
        var progress = new BatchProgress(context);
        progress.Planning();
        BatchShape shape;
        try
        {
            shape = await context.CallActivityAsync<BatchShape>(nameof(BatchActivities.PlanBatch), new BatchRun(job.Id, run), JobOrchestration.Retries);
        }
        catch (TaskFailedException e)
        {
            throw progress.Fail(JobOrchestration.ErrorOf(e, "plan"));
        }
        if (shape.Error is { } refused)
            throw progress.Fail(refused);

        progress.Planned(shape);
        for (var stage = 0; stage < shape.Stages.Count; stage++)
        {
            var levels = shape.Stages[stage].Levels();
            for (var level = 0; level < levels.Count; level++)
            {
                var name = level == 0 ? shape.Stages[stage].Name : $"{shape.Stages[stage].Name} merge {level}";
                progress.Enter(name);
                await RunStageAsync(context, new BatchTaskRef(job.Id, run, stage, level, 0, name), levels[level], shape.ParallelTasks, progress);
            }
        }

        progress.Enter("final");
        try
        {
            var final = await context.CallActivityAsync<BatchOutcome>(
                nameof(BatchActivities.RunFinalTask), new BatchRun(job.Id, run), JobOrchestration.Retries);
            progress.Done(final.Report.Of("final"));
            return progress.Output(final, shape.PlanMs);
        }
        catch (TaskFailedException e)
        {
            throw progress.Fail(JobOrchestration.ErrorOf(e, "final"));
        }
    }

    /// <summary>Looks after a run of tasks for <see cref="RunAsync"/>, and returns their sum.</summary>
    [Function(ChunkName)]
    public static Task<TaskReport> RunChunkAsync([OrchestrationTrigger] TaskOrchestrationContext context, BatchChunk chunk) =>
        FanOutAsync(chunk.Count, chunk.Parallel, i => RunTaskAsync(context, chunk.First with { Index = chunk.First.Index + i }), _ => { });

    private static async Task RunStageAsync(TaskOrchestrationContext context, BatchTaskRef first, int tasks, int parallel, BatchProgress progress)
    {
        TaskReport sum;
        if (tasks <= MaxFanOut)
        {
            sum = await FanOutAsync(tasks, parallel, i => RunTaskAsync(context, first with { Index = i }), progress.Done);
        }
        else
        {
            var chunks = (tasks + MaxFanOut - 1) / MaxFanOut;
            var atOnce = (parallel + MaxFanOut - 1) / MaxFanOut;
            sum = await FanOutAsync(chunks, atOnce, i =>
            {
                var start = i * MaxFanOut;
                var chunk = new BatchChunk(first with { Index = start }, Math.Min(MaxFanOut, tasks - start), Math.Max(1, parallel / atOnce));
                return context.CallSubOrchestratorAsync<TaskReport>(ChunkName, chunk, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-{first.Run}-{first.Stage}-{first.Level}-{i}"));
            }, progress.Done);
        }
        if (sum.Error is { } error)
            throw progress.Fail(error);
    }

    private static async Task<TaskReport> RunTaskAsync(TaskOrchestrationContext context, BatchTaskRef task)
    {
        try
        {
            var report = await context.CallActivityAsync<TaskReport>(
                task.Level == 0 ? nameof(BatchActivities.RunStageTask) : nameof(BatchActivities.RunMergeTask), task, JobOrchestration.Retries);
            return report.Of(task.ToString());
        }
        catch (TaskFailedException e)
        {
            return new TaskReport(Error: JobOrchestration.ErrorOf(e, task.ToString()));
        }
    }

    private static Task<TaskReport> FanOutAsync(int count, int parallel, Func<int, Task<TaskReport>> run, Action<TaskReport> done) =>
        FanOut.RunAsync(count, parallel, TaskReport.None, run, (sum, report) => sum.Add(report), sum => sum.Error is not null, done);
}
