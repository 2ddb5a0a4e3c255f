namespace Pipeline.Embedded.Durable;

/// <summary>
/// An event of an instance's history as it is shown: a step and its outcome are one entry, with the time of each. Names of the event
/// types are those of the Durable HTTP API; payloads are JSON texts.
/// </summary>
internal sealed record HistoryEntry(string EventType, DateTime Timestamp)
{
    /// <summary>The orchestrator, activity or sub-orchestrator.</summary>
    public string? FunctionName { get; init; }

    /// <summary>When the step was asked for, if this is its outcome.</summary>
    public DateTime? ScheduledTime { get; init; }

    public string? Input { get; init; }

    public string? Result { get; init; }

    /// <summary>Why the step failed, or why the instance was suspended, resumed or terminated.</summary>
    public string? Reason { get; init; }

    /// <summary>The stack trace of a failure.</summary>
    public string? Details { get; init; }

    /// <summary>The name of an external event, or an entity's operation.</summary>
    public string? Name { get; init; }

    /// <summary>When a timer is due.</summary>
    public DateTime? FireAt { get; init; }

    /// <summary>The other instance: a sub-orchestration, the receiver of an event, an entity.</summary>
    public string? InstanceId { get; init; }

    /// <summary>How the orchestration ended.</summary>
    public string? OrchestrationStatus { get; init; }
}
