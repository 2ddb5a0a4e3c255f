namespace Pipeline.Embedded.Durable;

/// <summary>Those who wait for an instance to start or to end.</summary>
internal sealed class InstanceWaiters
{
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Wakes whoever waits for this instance.</summary>
    public void Signal(string instanceId)
    {
        Entry? entry;
        lock (entries)
            entries.Remove(instanceId, out entry);
        entry?.Changed.SetResult();
    }

    /// <summary>Looks until there is something to see, again after every change of the instance.</summary>
    /// <param name="instanceId">Whose changes to await.</param>
    /// <param name="look">Gives what is awaited, or null as long as it is not there.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<T> WaitAsync<T>(string instanceId, Func<T?> look, CancellationToken cancellation)
        where T : class
    {
        while (true)
        {
            // First register, then look: a change between the two is not missed.
            var entry = Enter(instanceId);
            try
            {
                if (look() is { } found)
                    return found;
                await entry.Changed.Task.WaitAsync(cancellation);
            }
            finally
            {
                Leave(instanceId, entry);
            }
        }
    }

    private Entry Enter(string instanceId)
    {
        lock (entries)
        {
            if (!entries.TryGetValue(instanceId, out var entry))
                entries[instanceId] = entry = new Entry();
            entry.Count++;
            return entry;
        }
    }

    private void Leave(string instanceId, Entry entry)
    {
        lock (entries)
        {
            if (--entry.Count == 0 && entries.TryGetValue(instanceId, out var current) && current == entry)
                entries.Remove(instanceId);
        }
    }

    private sealed class Entry
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }
    }
}
