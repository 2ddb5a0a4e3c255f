namespace Pipeline.Training;

/// <summary>Names a task that adds contributions of a round up.</summary>
/// <param name="At">The round, and the number of the task on its level.</param>
/// <param name="Level">The level, from 1.</param>
public sealed record ReduceTask(RoundTask At, int Level);
