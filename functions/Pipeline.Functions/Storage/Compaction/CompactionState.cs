namespace Pipeline.Storage;

/// <summary>The compaction of a dataset that is under way.</summary>
/// <param name="Id">Which.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="SwitchedAt">When the large files began to count; null before.</param>
public sealed record CompactionState(string Id, CompactionStage Stage, DateTimeOffset? SwitchedAt);
