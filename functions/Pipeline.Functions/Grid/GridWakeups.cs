namespace Pipeline.Grid;

/// <summary>Jobs whose orchestration has something to do. It is woken once until it has looked, however many results come.</summary>
public sealed class GridWakeups(TimeProvider time)
{
    // Another instance of the app may have looked for the orchestration that this one has woken: then it is woken again.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _needed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _woken = new(StringComparer.Ordinal);

    /// <summary>Takes the jobs that are to be woken now.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_gate)
        {
            if (_needed.Count == 0)
                return [];
            foreach (var (job, at) in _woken)
            {
                if (time.GetElapsedTime(at) > Again)
                    _woken.Remove(job);
            }
            var jobs = _needed.Where(job => !_woken.ContainsKey(job)).ToList();
            foreach (var job in jobs)
            {
                _needed.Remove(job);
                _woken[job] = time.GetTimestamp();
            }
            return jobs;
        }
    }

    internal void Need(string jobId)
    {
        lock (_gate)
            _needed.Add(jobId);
    }

    internal void Looked(string jobId)
    {
        lock (_gate)
            _woken.Remove(jobId);
    }
}
