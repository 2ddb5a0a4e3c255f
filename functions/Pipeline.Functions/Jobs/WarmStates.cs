namespace Pipeline.Jobs;

/// <summary>What the tasks of this process keep in memory from one to the next. A state is lent to one task at a time; a task that finds none
/// makes the same from blobs. What was used longest ago goes first, where all together are too large, and what nobody has asked for for long:
/// the job may go on, or have ended, on another host.</summary>
/// <typeparam name="TState">The state. It is disposed of when it goes, where it can be.</typeparam>
/// <param name="time">The clock.</param>
/// <param name="mostBytes">How much is kept; null for a quarter of the memory that the process may use.</param>
internal sealed class WarmStates<TState>(TimeProvider time, long? mostBytes = null) : IDisposable
    where TState : class
{
    /// <summary>How long a state is kept that nobody asks for.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly long _mostBytes = mostBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    private readonly Lock _gate = new();
    private readonly LinkedList<Kept> _kept = [];
    private bool _disposed;

    /// <summary>Takes a state out; null where there is none, or another task has it.</summary>
    public TState? Take(string key)
    {
        lock (_gate)
        {
            if (Find(key) is not { } node)
                return null;
            _kept.Remove(node);
            return node.Value.State;
        }
    }

    /// <summary>Keeps a state for the next task.</summary>
    /// <param name="key">The task that will ask for it.</param>
    /// <param name="state">The state.</param>
    /// <param name="bytes">About how large it is.</param>
    public void Keep(string key, TState state, long bytes)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            // A task that was taken for dead may have done the same as the one that came in its place.
            if (Find(key) is { } other)
                Drop(other);
            _kept.AddFirst(new Kept(key, state, bytes, now));
            while (_kept.Last is { } oldest && (_disposed || now - oldest.Value.Since > Idle || _kept.Sum(k => k.Bytes) > _mostBytes))
                Drop(oldest);
        }
    }

    /// <summary>Drops the states whose keys begin so.</summary>
    public void Clear(string prefix = "")
    {
        lock (_gate)
        {
            foreach (var kept in _kept.Where(k => k.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
                Drop(Find(kept.Key)!);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Clear();
        }
    }

    private LinkedListNode<Kept>? Find(string key)
    {
        var node = _kept.First;
        while (node is not null && node.Value.Key != key)
            node = node.Next;
        return node;
    }

    private void Drop(LinkedListNode<Kept> node)
    {
        _kept.Remove(node);
        (node.Value.State as IDisposable)?.Dispose();
    }

    private sealed record Kept(string Key, TState State, long Bytes, DateTimeOffset Since);
}
