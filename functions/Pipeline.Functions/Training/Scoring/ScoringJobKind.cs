using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Scoring jobs: a model is asked about every row of a dataset.</summary>
public sealed class ScoringJobKind(ScoringPlanner planner) : IJobKind
{
    /// <inheritdoc/>
    public string Kind => "scoring";

    /// <inheritdoc/>
    public string Orchestrator => ScoringOrchestrator.Name;

    /// <inheritdoc/>
    public Task ValidateAsync(JobSpec spec, CancellationToken cancellationToken) => planner.PlanAsync(ScoringSpec.Read(spec), null, cancellationToken);

    /// <inheritdoc/>
    public async Task<JobPlan> PlanAsync(JobSpec spec, CancellationToken cancellationToken)
    {
        var scoring = ScoringSpec.Read(spec);
        var (plan, _) = await planner.PlanAsync(scoring, null, cancellationToken);
        var files = plan.Tasks.SelectMany(t => t.Files).ToList();
        var (rows, bytes, groups) = (plan.Tasks.Sum(t => t.Rows()), files.Sum(f => f.Bytes), files.Sum(f => f.RowGroups.Count));
        var paths = files.Select(f => f.Path).Distinct(StringComparer.Ordinal).Count();
        return new JobPlan(
            spec.Kind, spec.Name, $"Version {plan.Version} of model {plan.Model} is asked about {rows:N0} rows in {plan.Tasks.Count:N0} tasks.",
            [new PlanStage("score", [], plan.Tasks.Count, bytes, rows, groups, [$"writes dataset {plan.Output}: the same rows, and what the model says"])],
            [new PlanTable("data", scoring.Dataset, "partitioned", plan.Source.Columns.Count, plan.Source.Columns.Count, paths, paths, groups, groups, bytes, bytes)],
            []);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> InputDatasets(JobSpec spec) => [ScoringSpec.Read(spec).Dataset];

    /// <inheritdoc/>
    public string? OutputDataset(JobSpec spec) => ScoringSpec.Read(spec).Output;

    /// <inheritdoc/>
    public DataUse Use(JobSpec spec, string by)
    {
        var scoring = ScoringSpec.Read(spec);
        return new DataUse(by, [DataUse.Dataset(scoring.Dataset), DataUse.Model(scoring.Model)], [DataUse.Dataset(scoring.Output)]);
    }
}
