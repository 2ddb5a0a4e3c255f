namespace Pipeline.Training;

/// <summary>What workers of this process keep in memory between rounds: their replica and their samples. It is lent to one task at a time;
/// a task that finds nothing here builds the same from blobs.</summary>
public sealed class WarmWorkers(TimeProvider time) : IDisposable
{
    /// <summary>How many workers are kept; the one that was used longest ago goes first.</summary>
    public const int Most = 64;

    // A job that ended on another host leaves its workers here.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly LinkedList<(TrainingRun Run, int Worker, WarmWorker State, DateTimeOffset Used)> _kept = new();

    /// <summary>Takes a worker's state out; null where there is none, or another task has it.</summary>
    internal WarmWorker? Take(TrainingRun run, int worker)
    {
        lock (_gate)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Worker != worker || node.Value.Run != run)
                    continue;
                _kept.Remove(node);
                return node.Value.State;
            }
            return null;
        }
    }

    /// <summary>Puts a worker's state back for its next task.</summary>
    internal void Return(TrainingRun run, int worker, WarmWorker state)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            _kept.AddFirst((run, worker, state, now));
            while (_kept.Count > Most || now - _kept.Last!.Value.Used > Idle)
                Drop(_kept.Last!);
        }
    }

    /// <summary>Drops what is kept of a run that is over, or of all.</summary>
    public void Clear(TrainingRun? run = null)
    {
        lock (_gate)
        {
            for (var node = _kept.First; node is not null;)
            {
                var next = node.Next;
                if (run is null || node.Value.Run == run)
                    Drop(node);
                node = next;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void Drop(LinkedListNode<(TrainingRun Run, int Worker, WarmWorker State, DateTimeOffset Used)> node)
    {
        _kept.Remove(node);
        node.Value.State.Dispose();
    }
}
