namespace Pipeline.Streams;

/// <summary>How much a task remembers.</summary>
/// <param name="Rows">The rows of its state: one a key and pane after merging, so an upper bound of the keys that are open.</param>
/// <param name="DeduplicationKeys">The keys by which it would know an event that comes again.</param>
/// <param name="Bytes">The memory that its database takes, in bytes.</param>
public sealed record StreamStateSize(long Rows, long DeduplicationKeys, long Bytes);
