namespace Pipeline.Embedded.Durable;

/// <summary>What an execution still waits for, by its history: what a restart of the hub has to set going again.</summary>
/// <param name="Activities">Asked for, without an outcome.</param>
/// <param name="Timers">Asked for, and not fired.</param>
/// <param name="HasNews">Whether there are events that no turn has worked through.</param>
/// <param name="HasStarted">Whether the start itself has arrived.</param>
/// <param name="Termination">That it is to be terminated, which no turn has worked through; or null.</param>
internal sealed record UnfinishedWork(
    IReadOnlyList<ActivityScheduled> Activities,
    IReadOnlyList<TimerScheduled> Timers,
    bool HasNews,
    bool HasStarted,
    ExecutionTerminated? Termination)
{
    public static UnfinishedWork Of(IReadOnlyList<HistoryEvent> history, long processed)
    {
        var ended = history.OfType<TaskOutcome>().Select(outcome => outcome.TaskId).ToHashSet();
        return new UnfinishedWork(
            [.. history.OfType<ActivityScheduled>().Where(activity => !ended.Contains(activity.TaskId))],
            [.. history.OfType<TimerScheduled>().Where(timer => !ended.Contains(timer.TaskId))],
            history.Any(e => e is not ScheduledAction && e.Sequence > processed),
            history.Any(e => e is ExecutionStarted),
            history.OfType<ExecutionTerminated>().FirstOrDefault(e => e.Sequence > processed));
    }
}
