using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>Batch jobs: SQL over datasets of Parquet files.</summary>
public sealed class BatchJobKind(BatchPlanner planner) : IJobKind
{
    /// <inheritdoc/>
    public string Kind => "batch";

    /// <inheritdoc/>
    public string Orchestrator => BatchOrchestrator.Name;

    /// <inheritdoc/>
    public Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken) => planner.CheckAsync(spec, cancellationToken);

    /// <inheritdoc/>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken) =>
        PlanExplanation.Of(spec, await planner.CheckAsync(spec, cancellationToken));

    /// <inheritdoc/>
    public IReadOnlyList<string> InputDatasets(JobSpec spec) =>
        [.. BatchSpec.Read(spec).Tables.Select(t => t.Value).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public string? OutputDataset(JobSpec spec) => BatchSpec.Read(spec).Output?.Dataset;
}
