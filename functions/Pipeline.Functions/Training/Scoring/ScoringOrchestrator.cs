using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Runs a scoring job: plan, a fan-out over the rows, marker.</summary>
public static class ScoringOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "ScoringJob";

    private const string ChunkName = "ScoringChunk";
    private const int MaxFanOut = 256;
    private const int Parallel = 64;

    /// <summary>Runs the job.</summary>
    [Function(Name)]
    public static async Task<JobOutput> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, JobInput job)
    {
        var run = new ScoringTask(job.Id, context.NewGuid().ToString("n")[..12], 0);
        var progress = new JobProgress("plan", 1, 3);
        context.SetCustomStatus(new JobState(progress));
        try
        {
            var shape = await context.CallActivityAsync<ScoringShape>(nameof(ScoringActivities.PlanScoring), run, JobOrchestration.Retries);
            Check(shape.Error);
            Show(progress = progress with { Stage = "score", StageNumber = 2, TasksTotal = shape.Tasks });
            var sum = shape.Tasks <= MaxFanOut
                ? await FanOutAsync(shape.Tasks, Parallel, i => ScoreAsync(context, run with { Task = i }), Done)
                : await FanOutAsync((shape.Tasks + MaxFanOut - 1) / MaxFanOut, 1, i => context.CallSubOrchestratorAsync<ScoringReport>(
                    ChunkName, new ScoringChunk(run with { Task = i * MaxFanOut }, Math.Min(MaxFanOut, shape.Tasks - (i * MaxFanOut))), new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-{run.Run}-{i}")), Done);
            Check(sum.Error);
            Show(progress = progress with { Stage = "close", StageNumber = 3, TasksDone = shape.Tasks });
            var outcome = await context.CallActivityAsync<ScoringOutcome>(nameof(ScoringActivities.CloseScoring), run, JobOrchestration.Retries);
            Check(outcome.Error);
            return new JobOutput(shape.Columns, DatasetFolders.Container, outcome.Files, outcome.Count, sum.Rows, sum.Bytes, new Dictionary<string, long>
            {
                ["tasks"] = shape.Tasks,
                ["version"] = shape.Version,
                ["bytesRead"] = sum.BytesRead,
            });
        }
        catch (TaskFailedException e)
        {
            throw context.Fail(progress, JobOrchestration.ErrorOf(e, progress.Stage));
        }

        void Done(ScoringReport report) => Show(progress = progress with
        {
            TasksDone = progress.TasksDone + 1,
            RowsRead = progress.RowsRead + report.Rows,
            BytesRead = progress.BytesRead + report.BytesRead,
        });

        void Show(JobProgress shown) => context.SetCustomStatus(new JobState(shown));

        void Check(JobError? error)
        {
            if (error is not null)
                throw context.Fail(progress, error);
        }
    }

    /// <summary>Looks after a run of tasks for <see cref="RunAsync"/>, and returns their sum.</summary>
    [Function(ChunkName)]
    public static Task<ScoringReport> RunChunkAsync([OrchestrationTrigger] TaskOrchestrationContext context, ScoringChunk chunk) =>
        FanOutAsync(chunk.Count, Parallel, i => ScoreAsync(context, chunk.First with { Task = chunk.First.Task + i }), _ => { });

    private static Task<ScoringReport> ScoreAsync(TaskOrchestrationContext context, ScoringTask task) =>
        context.CallActivityAsync<ScoringReport>(nameof(ScoringActivities.ScoreRows), task, JobOrchestration.Retries);

    private static Task<ScoringReport> FanOutAsync(int count, int parallel, Func<int, Task<ScoringReport>> run, Action<ScoringReport> done) =>
        FanOut.RunAsync(count, parallel, new ScoringReport(), run, (sum, report) => sum.Add(report), sum => sum.Error is not null, done);
}
