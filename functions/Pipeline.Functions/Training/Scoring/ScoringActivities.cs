using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>The tasks of a scoring job. Each writes to a name derived from its place in the plan, and can run twice.</summary>
public sealed class ScoringActivities(JobService jobs, ScoringPlanner planner, ScoringRunner runner, IObjectStore store, TimeProvider time)
{
    /// <summary>Plans the job and writes the plan.</summary>
    [Function(nameof(PlanScoring))]
    public async Task<ScoringShape> PlanScoring([ActivityTrigger] ScoringTask run, CancellationToken cancellationToken)
    {
        // A job that was cancelled and is started again is no longer cancelled.
        await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
        return await GuardAsync(run, "plan", async token =>
        {
            TorchLibrary.EnsureLoaded();
            var (plan, columns) = await planner.PlanAsync(ScoringSpec.Read(await jobs.ReadSpecAsync(run.JobId, token)), run.JobId, token);
            await store.WriteAsync(JobFiles.Container, PlanPath(run), new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(plan, Responses.Json)), WriteCondition.None, token);
            return new ScoringShape(plan.Tasks.Count, columns, plan.Output, plan.Version);
        }, error => new ScoringShape(0, [], "", 0, error), cancellationToken);
    }

    /// <summary>Asks the model about a share of the rows.</summary>
    [Function(nameof(ScoreRows))]
    public Task<ScoringReport> ScoreRows([ActivityTrigger] ScoringTask task, CancellationToken cancellationToken) => GuardAsync(
        task, $"score/{task.Task}", async token => await runner.RunAsync(await ReadPlanAsync(task, token), task.JobId, task.Run, task.Task, token), error => new ScoringReport(Error: error), cancellationToken);

    /// <summary>Closes the dataset that was written.</summary>
    [Function(nameof(CloseScoring))]
    public Task<ScoringOutcome> CloseScoring([ActivityTrigger] ScoringTask run, CancellationToken cancellationToken) => GuardAsync(run, "close", async token =>
    {
        var files = await runner.CloseAsync(await ReadPlanAsync(run, token), run.JobId, run.Run, token);
        return new ScoringOutcome([.. files.Take(100)], files.Count);
    }, error => new ScoringOutcome([], 0, error), cancellationToken);

    private static string PlanPath(ScoringTask task) => $"{JobFiles.Work(task.JobId, task.Run)}plan.json";

    private Task<ScoringPlan> ReadPlanAsync(ScoringTask task, CancellationToken cancellationToken) =>
        store.ReadJsonAsync<ScoringPlan>(JobFiles.Container, PlanPath(task), Responses.Json, cancellationToken);

    private Task<T> GuardAsync<T>(ScoringTask task, string name, Func<CancellationToken, Task<T>> work, Func<JobError, T> failed, CancellationToken cancellationToken) =>
        JobTask.GuardAsync(store, time, task.JobId, name, work, TrainingFaults.Describe, failed, cancellationToken);
}
