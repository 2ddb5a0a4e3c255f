using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>Where a run of a batch job keeps what, in the container of jobs.</summary>
internal static class BatchFiles
{
    public static string Plan(BatchRun run) => $"{JobFiles.Work(run.JobId, run.Run)}plan.json";

    /// <summary>The state that a task leaves.</summary>
    public static string State(BatchTaskRef task) => $"{JobFiles.Work(task.JobId, task.Run)}{task.Stage}/{task.Level}-{task.Index:D5}.parquet";

    /// <summary>A part of the result, in the container of results.</summary>
    public static string Part(BatchRun run, int index) => $"{JobFiles.Result(run.JobId)}{run.Run}/part-{index:D5}.parquet";
}
