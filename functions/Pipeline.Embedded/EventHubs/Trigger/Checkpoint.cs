namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>How far a consumer group has come with a partition, as it is stored.</summary>
/// <param name="SequenceNumber">The last event that functions are through with; -1 for none.</param>
/// <param name="Offset">Its offset; null for none.</param>
/// <param name="Owner">The host that owns the partition.</param>
/// <param name="Epoch">Counts the partition's owners.</param>
/// <param name="HubCreatedAt">The hub that it is about: one that was deleted and made again begins anew.</param>
internal sealed record Checkpoint(long SequenceNumber, string? Offset, string Owner, long Epoch, DateTimeOffset HubCreatedAt);
