using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>The orchestrator is to begin.</summary>
internal sealed record ExecutionStarted(DateTime At) : HistoryEvent(At)
{
    /// <summary>After a rewind, the key under which the execution first began; otherwise null.</summary>
    public long? Origin { get; init; }
}

/// <summary>A step that the orchestrator may wait for has ended.</summary>
internal abstract record TaskOutcome(DateTime At, int TaskId) : HistoryEvent(At);

/// <summary>An activity, sub-orchestration, entity call or lock request ended well.</summary>
internal sealed record TaskCompleted(DateTime At, int TaskId, string? Result) : TaskOutcome(At, TaskId);

/// <summary>An activity, sub-orchestration or entity call failed.</summary>
internal sealed record TaskFailed(DateTime At, int TaskId, TaskFailureDetails Failure) : TaskOutcome(At, TaskId);

/// <summary>A durable timer is due.</summary>
internal sealed record TimerFired(DateTime At, int TaskId) : TaskOutcome(At, TaskId);

/// <summary>An external event arrived.</summary>
internal sealed record EventRaised(DateTime At, string Name, string? Payload) : HistoryEvent(At);

/// <summary>Everything that arrives from here on is held back.</summary>
internal sealed record ExecutionSuspended(DateTime At, string? Reason) : HistoryEvent(At);

/// <summary>What was held back is delivered.</summary>
internal sealed record ExecutionResumed(DateTime At, string? Reason) : HistoryEvent(At);

/// <summary>The orchestration ends here, and with it, if recursive, its sub-orchestrations.</summary>
internal sealed record ExecutionTerminated(DateTime At, string? Output, bool Recursive) : HistoryEvent(At);
