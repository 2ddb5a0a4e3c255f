namespace Pipeline.Jobs;

/// <summary>One stage of a plan: tasks that may run at the same time.</summary>
/// <param name="Name">Its name, unique in the plan.</param>
/// <param name="DependsOn">Names of the stages whose output it reads.</param>
/// <param name="Tasks">How many tasks it has.</param>
/// <param name="Bytes">Bytes that its tasks read from datasets.</param>
/// <param name="Rows">Rows that its tasks read from datasets, before filters.</param>
/// <param name="RowGroups">Row groups that its tasks read.</param>
/// <param name="Details">What the stage does, a line each.</param>
public sealed record PlanStage(
    string Name,
    IReadOnlyList<string> DependsOn,
    int Tasks,
    long Bytes,
    long Rows,
    int RowGroups,
    IReadOnlyList<string> Details);
