namespace Pipeline.Jobs;

/// <summary>What is known of a job's tasks, for those who watch it.</summary>
/// <param name="Stages">The stages of its plan, each after those that it depends on.</param>
/// <param name="Slowest">The tasks that took longest so far, slowest first.</param>
public sealed record JobTasks(IReadOnlyList<StageProgress> Stages, IReadOnlyList<TaskTiming> Slowest);
