namespace Pipeline.Streams;

/// <summary>The compaction that is under way.</summary>
/// <param name="Id">Which; null where there is nothing to do.</param>
/// <param name="Files">How many files it writes; 0 where they are written and count already.</param>
/// <param name="Grace">How long replaced files stay.</param>
/// <param name="SwitchedAt">When its files began to count; null before.</param>
public sealed record CompactionStart(string? Id, int Files, TimeSpan Grace, DateTimeOffset? SwitchedAt);
