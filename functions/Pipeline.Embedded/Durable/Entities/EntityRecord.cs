namespace Pipeline.Embedded.Durable;

/// <summary>An entity as the store has it.</summary>
internal sealed record EntityRecord(string Id, string? State, DateTime ModifiedAt, long? LockKey, string? LockedBy);
