namespace Pipeline.Streams;

/// <summary>The answer to the start of a compaction.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Id">The orchestration.</param>
/// <param name="StatusQueryGetUri">Where it tells how it stands.</param>
public sealed record CompactionStarted(string Dataset, string Id, string? StatusQueryGetUri);
