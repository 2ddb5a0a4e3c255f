namespace Pipeline.Batch;

/// <summary>A run of tasks of one stage or level that one sub-orchestration looks after.</summary>
/// <param name="First">The first task; its index is the first of the run.</param>
/// <param name="Count">How many tasks.</param>
/// <param name="Parallel">How many of them at the same time.</param>
public sealed record BatchChunk(BatchTaskRef First, int Count, int Parallel);
