namespace Pipeline.Embedded.Durable;

/// <summary>
/// Finds what was recorded by what it is, not only by its number: without the failure that is to be undone, an orchestrator may come
/// to the same steps in another order. What it does not come to any more is left behind.
/// </summary>
internal sealed class RewindActions(IEnumerable<ScheduledAction> recorded) : IActionLog
{
    private readonly SortedDictionary<int, ScheduledAction> left = new(recorded.ToDictionary(action => action.TaskId));
    private readonly Dictionary<int, int> newNumbers = [];
    private readonly Dictionary<int, int> recordedNumbers = [];
    private List<ScheduledAction> claimed = [];

    /// <summary>How many steps the execution has come to that were never recorded.</summary>
    public int NewSteps { get; private set; }

    /// <summary>The new number of a recorded step, or null if the execution has not come to it.</summary>
    public int? NewNumber(int recordedId) => newNumbers.TryGetValue(recordedId, out var id) ? id : null;

    /// <summary>The number under which a step was recorded, or null if it is new.</summary>
    public int? RecordedNumber(int newId) => recordedNumbers.TryGetValue(newId, out var id) ? id : null;

    /// <summary>The steps found since the last call, under their new numbers.</summary>
    public List<ScheduledAction> TakeClaimed()
    {
        var taken = claimed;
        claimed = [];
        return taken;
    }

    public bool Claim(ScheduledAction action, bool isReplaying)
    {
        var found = left.TryGetValue(action.TaskId, out var same) && IsSame(same, action)
            ? same
            : left.Values.FirstOrDefault(other => IsSame(other, action));
        if (found is null)
        {
            NewSteps++;
            return false;
        }

        left.Remove(found.TaskId);
        newNumbers[found.TaskId] = action.TaskId;
        recordedNumbers[action.TaskId] = found.TaskId;
        claimed.Add(found is SubOrchestrationScheduled child && action is SubOrchestrationScheduled asked
            // Should it have to begin anew: these are not in the history.
            ? child with { TaskId = action.TaskId, Version = asked.Version, Tags = asked.Tags }
            : found with { TaskId = action.TaskId });
        return true;
    }

    public void Close()
    {
        // Whatever is left belonged to the handling of the failure.
    }

    private static bool IsSame(ScheduledAction recorded, ScheduledAction action) => recorded is TimerScheduled timer
        ? action is TimerScheduled other && other.DueAt == timer.DueAt
        : recorded.Matches(action) && HistoryCodec.Encode(recorded).Data == HistoryCodec.Encode(action).Data;
}
