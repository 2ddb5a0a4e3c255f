namespace Pipeline.Jobs;

/// <summary>How far one stage of a job's plan is.</summary>
/// <param name="Name">Its name, unique in the plan.</param>
/// <param name="DependsOn">Names of the stages whose output it reads.</param>
/// <param name="TasksDone">Tasks of it that have ended.</param>
/// <param name="TasksTotal">Tasks that it has.</param>
public sealed record StageProgress(string Name, IReadOnlyList<string> DependsOn, int TasksDone, int TasksTotal);
