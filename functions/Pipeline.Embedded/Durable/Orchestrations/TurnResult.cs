using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>
/// What one or more turns of an execution brought about: how far it has worked through its history, what it asked for, which events it
/// holds for a next round, whether steps are outstanding, and which locks it holds.
/// </summary>
internal sealed record TurnResult(
    OrchestrationRuntimeStatus Status,
    bool IsNewStatus,
    DateTime At,
    long Processed,
    string? CustomStatus,
    string? SuspendReason,
    IReadOnlyList<ScheduledAction> Actions,
    OrchestrationCompletion? Completion,
    IReadOnlyList<long> BufferedEvents,
    bool HasOutstanding,
    CriticalSection? Locks);
