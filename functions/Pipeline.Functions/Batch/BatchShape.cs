using Pipeline.Jobs;

namespace Pipeline.Batch;

/// <summary>What the orchestration needs to know of a plan: how many tasks there are of what.</summary>
/// <param name="Stages">The stages before the final task, in the order in which they run.</param>
/// <param name="ParallelTasks">How many tasks run at the same time.</param>
/// <param name="PlanMs">Milliseconds that planning took.</param>
/// <param name="Error">Why there is no plan, where trying again cannot help.</param>
/// <param name="Plan">All stages with their merges and the final task, for those who watch the job; null where there are too many to show.</param>
public sealed record BatchShape(IReadOnlyList<BatchShapeStage> Stages, int ParallelTasks, long PlanMs, JobError? Error = null, IReadOnlyList<StageProgress>? Plan = null);
