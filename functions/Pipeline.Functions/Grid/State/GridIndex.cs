using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>What must be found fast and follows from the tables: it is told of every change of a row, and keeps nothing of its own.</summary>
internal sealed class GridIndex
{
    private readonly Dictionary<string, JobIndex> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ResultPlace>> _inProgress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VolunteerTotals> _volunteers = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, VolunteerTotals> Volunteers => _volunteers;

    public JobIndex? Job(string jobId) => _jobs.GetValueOrDefault(jobId);

    public IReadOnlyList<int> UnitsOf(string jobId) => Job(jobId) is { } job ? [.. job.Units] : [];

    public Tally LiveTally(string jobId) => Job(jobId)?.Live ?? Tally.None;

    /// <summary>The results that a host has now.</summary>
    public IReadOnlyCollection<ResultPlace> InProgress(string hostId) => _inProgress.TryGetValue(hostId, out var places) ? places : [];

    public void Changed(WorkUnit? old, WorkUnit? now)
    {
        var id = (now ?? old)!.JobId;
        if (!_jobs.TryGetValue(id, out var job))
            _jobs[id] = job = new JobIndex();
        job.Changed(old, now);
        if (job.Units.Count == 0)
            _jobs.Remove(id);
        Track(old, add: false);
        Track(now, add: true);
    }

    public void Changed(HostRow? old, HostRow? now)
    {
        var id = (now ?? old)!.Key.VolunteerId;
        var totals = _volunteers.GetValueOrDefault(id);
        var next = new VolunteerTotals(
            totals.Credit - (old?.Credit ?? 0) + (now?.Credit ?? 0), totals.Valid - (old?.Valid ?? 0) + (now?.Valid ?? 0), totals.Hosts - (old is null ? 0 : 1) + (now is null ? 0 : 1));
        if (next.Hosts == 0)
            _volunteers.Remove(id);
        else
            _volunteers[id] = next;
    }

    private void Track(WorkUnit? unit, bool add)
    {
        if (unit is null)
            return;
        foreach (var result in unit.Results)
        {
            if (result.State != ServerState.InProgress)
                continue;
            var place = new ResultPlace(unit.Key, result.Ordinal);
            if (add)
            {
                if (!_inProgress.TryGetValue(result.HostId!, out var places))
                    _inProgress[result.HostId!] = places = [];
                places.Add(place);
            }
            else if (_inProgress.TryGetValue(result.HostId!, out var places) && places.Remove(place) && places.Count == 0)
            {
                _inProgress.Remove(result.HostId!);
            }
        }
    }
}

internal readonly record struct ResultPlace(UnitKey Unit, int Ordinal);

/// <param name="Credit">In millionths.</param>
/// <param name="Valid">Valid results.</param>
/// <param name="Hosts">Hosts.</param>
internal readonly record struct VolunteerTotals(long Credit, long Valid, int Hosts);
