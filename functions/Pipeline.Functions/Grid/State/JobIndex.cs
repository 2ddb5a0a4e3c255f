using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>The units of a job by what is next for them.</summary>
internal sealed class JobIndex
{
    private readonly SortedDictionary<string, UnsentUnits> _unsent = new(StringComparer.Ordinal);

    public SortedSet<int> Units { get; } = [];

    /// <summary>Over, and not yet in the job's result.</summary>
    public SortedSet<int> AwaitingAssimilation { get; } = [];

    /// <summary>Units with successful results that the validator has not seen. Whether they make a quorum, the unit tells.</summary>
    public SortedSet<int> WithFreshResults { get; } = [];

    public SortedSet<(DateTimeOffset At, int Unit, int Ordinal)> Deadlines { get; } = [];

    /// <summary>Units with unsent results, by the shared files that they read.</summary>
    public IReadOnlyCollection<UnsentUnits> Unsent => _unsent.Values;

    public Tally Live { get; private set; } = Tally.None;

    public void Changed(WorkUnit? old, WorkUnit? now)
    {
        Live = Live - Tally.Of(old) + Tally.Of(now);
        var number = (now ?? old)!.Setup.Number;
        Put(Units, number, now is not null);
        Put(AwaitingAssimilation, number, now is { AwaitsAssimilation: true });
        Put(WithFreshResults, number, now is { Error: UnitError.None } && now.Results.Any(r => r.IsCandidate && r.Validate == ValidateState.Initial));
        foreach (var result in old?.Results ?? [])
        {
            if (result.State == ServerState.InProgress)
                Deadlines.Remove((result.Deadline, number, result.Ordinal));
        }
        foreach (var result in now?.Results ?? [])
        {
            if (result.State == ServerState.InProgress)
                Deadlines.Add((result.Deadline, number, result.Ordinal));
        }
        PutUnsent(old, now, number);
    }

    private void PutUnsent(WorkUnit? old, WorkUnit? now, int number)
    {
        var (was, isNow) = (Queue(old), Queue(now));
        if (was == isNow)
            return;
        var files = (now ?? old)!.Setup.Files;
        var key = string.Join(',', files);
        if (!_unsent.TryGetValue(key, out var units))
            _unsent[key] = units = new UnsentUnits(files);
        Put(units.Fresh, number, isNow == 1);
        Put(units.Begun, number, isNow == 2);
        if (units.Fresh.Count + units.Begun.Count == 0)
            _unsent.Remove(key);
    }

    // 0: nothing to send; 1: nothing of it was ever sent; 2: some of it was.
    private static int Queue(WorkUnit? unit) => unit is null || unit.Count(ServerState.Unsent) == 0 ? 0 : unit.Results.Any(r => r.HostId is not null) ? 2 : 1;

    private static void Put(SortedSet<int> set, int number, bool member)
    {
        if (member)
            set.Add(number);
        else
            set.Remove(number);
    }
}

/// <summary>Units with unsent results that read the same shared files.</summary>
internal sealed class UnsentUnits(IReadOnlyList<int> files)
{
    public IReadOnlyList<int> Files { get; } = files;

    /// <summary>Nothing of them was ever sent, so that any volunteer may have them.</summary>
    public SortedSet<int> Fresh { get; } = [];

    /// <summary>Some volunteers have had them already.</summary>
    public SortedSet<int> Begun { get; } = [];
}
