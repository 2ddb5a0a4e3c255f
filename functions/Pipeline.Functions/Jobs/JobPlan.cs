namespace Pipeline.Jobs;

/// <summary>How a job would run (<c>POST /api/jobs/plan</c>): a DAG of stages.</summary>
/// <param name="Kind">The job's kind.</param>
/// <param name="Name">The job's name.</param>
/// <param name="Summary">The plan in one sentence.</param>
/// <param name="Stages">The stages, each after those that it depends on.</param>
/// <param name="Tables">The tables and what of them is read.</param>
/// <param name="Notes">What else a person should know, for instance why a query is not split.</param>
public sealed record JobPlan(
    string Kind,
    string Name,
    string Summary,
    IReadOnlyList<PlanStage> Stages,
    IReadOnlyList<PlanTable> Tables,
    IReadOnlyList<string> Notes);
