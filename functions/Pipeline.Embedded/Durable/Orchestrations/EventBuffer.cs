namespace Pipeline.Embedded.Durable;

/// <summary>
/// External events and those who wait for them. Names do not regard case. Events wait in order of arrival; of several waiters the
/// newest is served first, as in the official host.
/// </summary>
internal sealed class EventBuffer
{
    private readonly Dictionary<string, List<PendingTask>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EventRaised> buffered = [];

    public int WaiterCount { get; private set; }

    /// <summary>The events that nobody has waited for yet.</summary>
    public IEnumerable<long> BufferedSequences => buffered.Select(e => e.Sequence);

    public void Raise(EventRaised @event)
    {
        if (waiters.TryGetValue(@event.Name, out var waiting) && waiting.Count > 0)
        {
            var newest = waiting[^1];
            waiting.RemoveAt(waiting.Count - 1);
            WaiterCount--;
            newest.Complete(@event.Payload);
        }
        else
        {
            buffered.Add(@event);
        }
    }

    public void Wait(string name, PendingTask waiter)
    {
        var index = buffered.FindIndex(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (index >= 0)
        {
            var @event = buffered[index];
            buffered.RemoveAt(index);
            waiter.Complete(@event.Payload);
            return;
        }

        if (!waiters.TryGetValue(name, out var waiting))
            waiters[name] = waiting = [];
        waiting.Add(waiter);
        WaiterCount++;
    }

    /// <summary>Forgets a waiter that was cancelled.</summary>
    public bool Remove(string name, PendingTask waiter)
    {
        if (!waiters.TryGetValue(name, out var waiting) || !waiting.Remove(waiter))
            return false;
        WaiterCount--;
        return true;
    }
}
