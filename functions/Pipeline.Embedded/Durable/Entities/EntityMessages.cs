namespace Pipeline.Embedded.Durable;

/// <summary>The task of an orchestration that waits for an entity.</summary>
internal sealed record EntityCaller(long Key, string InstanceId, int TaskId);

/// <summary>An operation; nobody waits for it if there is no caller.</summary>
internal sealed record OperationMessage(string EntityId, string Operation, string? Input, EntityCaller? Caller) : EntityMessage(EntityId);

/// <summary>A lock over several entities, which are locked one after the other, in the order given.</summary>
internal sealed record LockMessage(string EntityId, IReadOnlyList<string> EntityIds, EntityCaller Caller) : EntityMessage(EntityId);

/// <summary>The release of a lock that an execution holds.</summary>
internal sealed record UnlockMessage(string EntityId, long OwnerKey) : EntityMessage(EntityId);
