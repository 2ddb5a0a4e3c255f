namespace Pipeline.Embedded.Durable;

/// <summary>The locks that an orchestration has asked for, and holds once they are granted.</summary>
/// <param name="taskId">The task by which they were asked for; names the lock.</param>
/// <param name="entityIds">The locked entities, sorted.</param>
internal sealed class CriticalSection(int taskId, IReadOnlyList<string> entityIds)
{
    private readonly HashSet<string> busy = [];

    public int TaskId { get; } = taskId;

    public IReadOnlyList<string> EntityIds { get; } = entityIds;

    /// <summary>Whether the orchestration has seen that the locks are granted, so that it may have begun to use them.</summary>
    public bool IsHeld { get; set; }

    public bool Holds(string entityId) => EntityIds.Contains(entityId);

    /// <summary>Notes a call; false if one to the same entity is outstanding.</summary>
    public bool TryBegin(string entityId) => busy.Add(entityId);

    public void End(string entityId) => busy.Remove(entityId);
}
