namespace Pipeline.Embedded.Durable;

/// <summary>Turns a stored history into what is shown of it.</summary>
internal static class HistoryView
{
    public static IReadOnlyList<HistoryEntry> Of(InstanceRow row, IReadOnlyList<HistoryEvent> history)
    {
        var steps = history.OfType<ScheduledAction>().ToDictionary(step => step.TaskId);
        var outcomes = history.OfType<TaskOutcome>().Select(outcome => outcome.TaskId).ToHashSet();
        var entries = history
            .Where(e => e is not ScheduledAction step || !outcomes.Contains(step.TaskId))
            .Select(e => Entry(e, row, e is TaskOutcome outcome ? steps.GetValueOrDefault(outcome.TaskId) : null))
            .ToList();
        if (!row.Status.IsLive())
        {
            entries.Add(new HistoryEntry("ExecutionCompleted", row.UpdatedAt)
            {
                OrchestrationStatus = row.Status.ToString(),
                Result = row.Output,
                Details = row.Failure?.StackTrace,
            });
        }

        return entries;
    }

    private static HistoryEntry Entry(HistoryEvent @event, InstanceRow row, ScheduledAction? step) => @event switch
    {
        ExecutionStarted e => new("ExecutionStarted", e.At) { FunctionName = row.Info.Name, Input = row.Input },
        TaskCompleted e => Of(step, Type(step) + "Completed", e.At) with { Result = e.Result },
        TaskFailed e => Of(step, Type(step) + "Failed", e.At) with { Reason = e.Failure.ErrorMessage, Details = e.Failure.ToString() },
        TimerFired e => Of(step, "TimerFired", e.At),
        EventRaised e => new("EventRaised", e.At) { Name = e.Name, Input = e.Payload },
        ExecutionSuspended e => new("ExecutionSuspended", e.At) { Reason = e.Reason },
        ExecutionResumed e => new("ExecutionResumed", e.At) { Reason = e.Reason },
        ExecutionTerminated e => new("ExecutionTerminated", e.At) { Reason = e.Output },
        ActivityScheduled e => Unfinished(e, "TaskScheduled"),
        SubOrchestrationScheduled e => Unfinished(e, "SubOrchestrationInstanceCreated"),
        TimerScheduled e => Unfinished(e, "TimerCreated"),
        EventSent e => Unfinished(e, "EventSent"),
        EntityCalled e => Unfinished(e, "EntityOperationCalled"),
        EntitySignaled e => Unfinished(e, "EntityOperationSignaled"),
        EntitiesLocked e => Unfinished(e, "EntityLockRequested"),
        EntitiesUnlocked e => Unfinished(e, "EntityUnlockSent"),
        _ => new(@event.GetType().Name, @event.At),
    };

    private static string Type(ScheduledAction? step) => step switch
    {
        SubOrchestrationScheduled => "SubOrchestrationInstance",
        EntityCalled => "EntityOperation",
        EntitiesLocked => "EntityLock",
        _ => "Task",
    };

    private static HistoryEntry Unfinished(ScheduledAction step, string type) => Of(step, type, step.At) with { ScheduledTime = null };

    private static HistoryEntry Of(ScheduledAction? step, string type, DateTime at)
    {
        var entry = new HistoryEntry(type, at) { ScheduledTime = step?.At };
        return step switch
        {
            ActivityScheduled s => entry with { FunctionName = s.Name, Input = s.Input },
            SubOrchestrationScheduled s => entry with { FunctionName = s.Name, Input = s.Input, InstanceId = s.InstanceId },
            TimerScheduled s => entry with { FireAt = s.DueAt },
            EventSent s => entry with { Name = s.Name, Input = s.Payload, InstanceId = s.InstanceId },
            EntityCalled s => entry with { Name = s.Operation, Input = s.Input, InstanceId = s.EntityId },
            EntitySignaled s => entry with { Name = s.Operation, Input = s.Input, InstanceId = s.EntityId },
            EntitiesLocked s => entry with { InstanceId = string.Join(' ', s.EntityIds) },
            EntitiesUnlocked s => entry with { InstanceId = string.Join(' ', s.EntityIds) },
            _ => entry,
        };
    }
}
