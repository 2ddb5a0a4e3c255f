namespace Pipeline.Training;

/// <summary>What workers of this process sent in their last rounds, for the others in it. Whatever is not here, or no longer, is in its
/// blob, or soon will be.</summary>
public sealed class Postbox(TimeProvider time)
{
    /// <summary>How many bytes are kept; what exceeds them travels by its blob alone.</summary>
    public const long MostBytes = 512L * 1024 * 1024;

    // A job that was killed leaves its last post here.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (IReadOnlyList<Piece> Pieces, long Bytes, DateTimeOffset At)> _posted = new(StringComparer.Ordinal);
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;

    /// <summary>Ends when something is posted.</summary>
    internal Task Arrival
    {
        get
        {
            lock (_gate)
                return _arrival.Task;
        }
    }

    /// <summary>Posts pieces by the path of their blob.</summary>
    internal void Post(string path, IReadOnlyList<Piece> pieces)
    {
        var (now, bytes) = (time.GetUtcNow(), pieces.Sum(p => (long)p.Values.Length * sizeof(float)));
        TaskCompletionSource arrived;
        lock (_gate)
        {
            foreach (var old in _posted.Where(p => now - p.Value.At > Idle).Select(p => p.Key).ToList())
                Remove(old);
            Remove(path);
            if (_bytes + bytes > MostBytes)
                return;
            _posted[path] = (pieces, bytes, now);
            _bytes += bytes;
            arrived = _arrival;
            _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        arrived.SetResult();
    }

    /// <summary>What was posted; null where nothing is.</summary>
    internal IReadOnlyList<Piece>? Find(string path)
    {
        lock (_gate)
            return _posted.TryGetValue(path, out var found) ? found.Pieces : null;
    }

    /// <summary>Removes what nobody will ask for any more.</summary>
    internal void Drop(string path)
    {
        lock (_gate)
            Remove(path);
    }

    /// <summary>Removes all of a run, or all.</summary>
    public void Clear(TrainingRun? run = null)
    {
        lock (_gate)
        {
            foreach (var path in _posted.Keys.Where(p => run is null || p.StartsWith(run.Folder, StringComparison.Ordinal)).ToList())
                Remove(path);
        }
    }

    private void Remove(string path)
    {
        if (_posted.Remove(path, out var removed))
            _bytes -= removed.Bytes;
    }
}
