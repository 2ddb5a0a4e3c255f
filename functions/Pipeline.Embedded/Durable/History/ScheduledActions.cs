namespace Pipeline.Embedded.Durable;

internal sealed record ActivityScheduled(DateTime At, int TaskId, string Name, string? Input) : ScheduledAction(At, TaskId)
{
    public override string Kind => "an activity task";

    public override string Target => Name;
}

internal sealed record SubOrchestrationScheduled(DateTime At, int TaskId, string Name, string InstanceId, string? Input)
    : ScheduledAction(At, TaskId)
{
    public override string Kind => "a sub-orchestration task";

    public override string Target => Name;

    /// <summary>Kept in the child's own row, so not part of the parent's history; likewise <see cref="Tags"/>.</summary>
    public string Version { get; init; } = string.Empty;

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

internal sealed record TimerScheduled(DateTime At, int TaskId, DateTime DueAt) : ScheduledAction(At, TaskId)
{
    public override string Kind => "a timer";

    public override string? Target => null;
}

internal sealed record EventSent(DateTime At, int TaskId, string InstanceId, string Name, string? Payload) : ScheduledAction(At, TaskId)
{
    public override string Kind => "an event";

    public override string Target => Name;
}

internal sealed record EntityCalled(DateTime At, int TaskId, string EntityId, string Operation, string? Input)
    : ScheduledAction(At, TaskId)
{
    public override string Kind => "an entity call";

    public override string Target => $"{EntityId} {Operation}";
}

internal sealed record EntitySignaled(DateTime At, int TaskId, string EntityId, string Operation, string? Input)
    : ScheduledAction(At, TaskId)
{
    public override string Kind => "an entity signal";

    public override string Target => $"{EntityId} {Operation}";

    /// <summary>When the entity is to receive it; kept with the entity's message, not in the history.</summary>
    public DateTime? DueAt { get; init; }
}

internal sealed record EntitiesLocked(DateTime At, int TaskId, IReadOnlyList<string> EntityIds) : ScheduledAction(At, TaskId)
{
    public override string Kind => "an entity lock";

    public override string Target => string.Join(' ', EntityIds);
}

internal sealed record EntitiesUnlocked(DateTime At, int TaskId, IReadOnlyList<string> EntityIds) : ScheduledAction(At, TaskId)
{
    public override string Kind => "the release of an entity lock";

    public override string Target => string.Join(' ', EntityIds);
}
