namespace Pipeline.Streams;

/// <summary>How much a task remembers.</summary>
/// <param name="Keys">The keys and pieces of windows that are open, each counted once. Some that are new or gone may not be counted yet, never so many that a
/// limit is passed unnoticed.</param>
/// <param name="DeduplicationKeys">The keys by which it would know an event that comes again.</param>
/// <param name="Bytes">The memory that its database takes, in bytes.</param>
public sealed record StreamStateSize(long Keys, long DeduplicationKeys, long Bytes);
