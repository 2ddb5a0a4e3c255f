using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Training jobs: networks that learn from datasets.</summary>
public sealed class TrainingJobKind(TrainingPlanner planner) : IJobKind
{
    /// <inheritdoc/>
    public string Kind => "training";

    /// <inheritdoc/>
    public string Orchestrator => TrainingOrchestrator.Name;

    /// <inheritdoc/>
    public Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken) => planner.PlanAsync(TrainingSpec.Read(spec), cancellationToken);

    /// <inheritdoc/>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken) =>
        TrainingExplanation.Of(spec, await planner.PlanAsync(TrainingSpec.Read(spec), cancellationToken));

    /// <inheritdoc/>
    public IReadOnlyList<string> InputDatasets(JobSpec spec)
    {
        var data = TrainingSpec.Read(spec).Data;
        return data.ValidationDataset is { } other && other != data.Dataset ? [data.Dataset, other] : [data.Dataset];
    }

    /// <inheritdoc/>
    public string? OutputDataset(JobSpec spec) => null;

    /// <inheritdoc/>
    public DataUse Use(JobSpec spec, string by) => new(by, [.. InputDatasets(spec).Select(DataUse.Dataset)], [DataUse.Model(TrainingSpec.Read(spec).Output)]);
}
