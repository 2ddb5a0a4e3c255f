using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Batch;

/// <summary>Keeps the plans of running jobs: each written once, then read by all its tasks, from memory where they can.</summary>
public sealed class BatchPlanStore(IObjectStore store)
{
    // A plan never changes once it is written, so that a copy cannot be stale; a few suffice, as tasks come job by job.
    private const int Kept = 16;

    private readonly Lock _gate = new();
    private readonly LinkedList<(BatchRun Run, BatchPlan Plan)> _recent = new();

    /// <summary>Writes a plan. Should this run have one already, that one holds: tasks may have begun on it.</summary>
    /// <returns>The plan that holds.</returns>
    public async Task<BatchPlan> WriteAsync(BatchRun run, BatchPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(plan, Responses.Json));
            await store.WriteAsync(JobFiles.Container, BatchFiles.Plan(run), json, WriteCondition.IfAbsent, cancellationToken);
            Keep(run, plan);
            return plan;
        }
        catch (ConditionFailedException)
        {
            return await ReadAsync(run, cancellationToken);
        }
    }

    /// <summary>The plan of a run.</summary>
    public async Task<BatchPlan> ReadAsync(BatchRun run, CancellationToken cancellationToken)
    {
        if (Find(run) is { } kept)
            return kept;
        var plan = await store.ReadJsonAsync<BatchPlan>(JobFiles.Container, BatchFiles.Plan(run), Responses.Json, cancellationToken);
        Keep(run, plan);
        return plan;
    }

    private BatchPlan? Find(BatchRun run)
    {
        lock (_gate)
            return _recent.FirstOrDefault(r => r.Run == run).Plan;
    }

    private void Keep(BatchRun run, BatchPlan plan)
    {
        lock (_gate)
        {
            if (_recent.Any(r => r.Run == run))
                return;
            _recent.AddFirst((run, plan));
            if (_recent.Count > Kept)
                _recent.RemoveLast();
        }
    }
}
