using DurableTask.Core.Exceptions;

namespace Pipeline.Embedded.Durable;

/// <summary>Expects exactly what was recorded.</summary>
/// <param name="recorded">What was recorded.</param>
/// <param name="compareInputs">Whether the steps' inputs must be the same, too.</param>
internal sealed class RecordedActions(IEnumerable<ScheduledAction> recorded, bool compareInputs = false) : IActionLog
{
    private readonly Dictionary<int, ScheduledAction> left = recorded.ToDictionary(action => action.TaskId);

    public bool Claim(ScheduledAction action, bool isReplaying)
    {
        if (!left.Remove(action.TaskId, out var earlier))
        {
            return !isReplaying ? false : throw Mismatch(
                $"The current orchestration replay scheduled {Numbered(action)}, but no previous execution of this orchestration "
                + "scheduled anything with this sequence number.");
        }

        if (!earlier.Matches(action))
        {
            throw Mismatch(
                $"A previous execution of this orchestration scheduled {Numbered(earlier)}, but the current orchestration replay instead "
                + $"scheduled {action.Describe()} with this sequence number.");
        }

        if (compareInputs && HistoryCodec.Encode(earlier) != HistoryCodec.Encode(action))
        {
            throw Mismatch(
                $"A previous execution of this orchestration scheduled {Numbered(earlier)} with '{HistoryCodec.Encode(earlier).Data}', "
                + $"but the current orchestration replay passes '{HistoryCodec.Encode(action).Data}'.");
        }

        return true;
    }

    public void Close()
    {
        if (left.Count == 0)
            return;
        var missing = left.Values.MinBy(action => action.TaskId)!;
        left.Clear();
        throw Mismatch(
            $"A previous execution of this orchestration scheduled {Numbered(missing)}, but the current orchestration replay did not "
            + "schedule it.");
    }

    private static NonDeterministicOrchestrationException Mismatch(string what) => new(
        $"Non-Deterministic workflow detected: {what} Either the orchestrator was changed while this instance was running, or it "
        + "decides by something that is not the same in every replay (the clock, a random number, an environment variable, I/O).");

    private static string Numbered(ScheduledAction action) =>
        $"{action.Kind} with sequence number {action.TaskId}" + (action.Target is null ? string.Empty : $" named '{action.Target}'");
}
