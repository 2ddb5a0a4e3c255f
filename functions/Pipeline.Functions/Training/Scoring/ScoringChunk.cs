namespace Pipeline.Training;

/// <summary>A run of tasks that one sub-orchestration looks after.</summary>
/// <param name="First">The first task.</param>
/// <param name="Count">How many there are.</param>
public sealed record ScoringChunk(ScoringTask First, int Count);
