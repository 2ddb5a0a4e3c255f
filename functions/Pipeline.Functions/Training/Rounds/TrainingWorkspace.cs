using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Keeps the plans and indexes of running jobs, written once and read by all their tasks, from memory where they can.</summary>
public sealed class TrainingWorkspace(IObjectStore store)
{
    private const int Kept = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<TrainingJob> _jobs = new();

    /// <summary>Writes a plan. Should this run have one already, that one holds: tasks may have begun on it.</summary>
    public async Task<TrainingPlan> WritePlanAsync(TrainingRun run, TrainingPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(JobFiles.Container, run.Plan, Json(plan), WriteCondition.IfAbsent, cancellationToken);
            return plan;
        }
        catch (ConditionFailedException)
        {
            return await ReadPlanAsync(run, cancellationToken);
        }
    }

    /// <summary>The plan of a run.</summary>
    public Task<TrainingPlan> ReadPlanAsync(TrainingRun run, CancellationToken cancellationToken) => ReadAsync<TrainingPlan>(run.Plan, cancellationToken);

    /// <summary>Puts what the tasks made of their rows together.</summary>
    /// <exception cref="TrainingException">There are too few samples.</exception>
    public async Task<DataIndex> WriteIndexAsync(TrainingRun run, CancellationToken cancellationToken)
    {
        var plan = await ReadPlanAsync(run, cancellationToken);
        var reports = new List<DataReport>();
        for (var i = 0; i < plan.Tasks.Count; i++)
            reports.Add(await ReadAsync<DataReport>(run.DataReport(i), cancellationToken));
        var index = DataIndex.Of(plan.Spec, reports);
        await store.WriteAsync(JobFiles.Container, run.Index, Json(index), WriteCondition.None, cancellationToken);
        return index;
    }

    /// <summary>Plan, index and what is built from them.</summary>
    internal async Task<TrainingJob> OpenAsync(TrainingRun run, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_jobs.FirstOrDefault(j => j.Run == run) is { } kept)
                return kept;
        }
        var plan = await ReadPlanAsync(run, cancellationToken);
        var job = new TrainingJob(run, plan, await ReadAsync<DataIndex>(run.Index, cancellationToken), plan.BuildNetwork());
        lock (_gate)
        {
            _jobs.AddFirst(job);
            if (_jobs.Count > Kept)
                _jobs.RemoveLast();
        }
        return job;
    }

    private Task<T> ReadAsync<T>(string path, CancellationToken cancellationToken) => store.ReadJsonAsync<T>(JobFiles.Container, path, Responses.Json, cancellationToken);

    private static MemoryStream Json<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Responses.Json));
}
