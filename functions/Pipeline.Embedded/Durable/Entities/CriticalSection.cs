namespace Pipeline.Embedded.Durable;

/// <summary>The locks that an orchestration holds.</summary>
/// <param name="taskId">The task by which they were asked for; names the lock.</param>
/// <param name="entityIds">The locked entities, sorted.</param>
internal sealed class CriticalSection(int taskId, IReadOnlyList<string> entityIds)
{
    private readonly HashSet<string> busy = [];

    public int TaskId { get; } = taskId;

    public IReadOnlyList<string> EntityIds { get; } = entityIds;

    public bool Holds(string entityId) => EntityIds.Contains(entityId);

    /// <summary>Notes a call; false if one to the same entity is outstanding.</summary>
    public bool TryBegin(string entityId) => busy.Add(entityId);

    public void End(string entityId) => busy.Remove(entityId);
}
