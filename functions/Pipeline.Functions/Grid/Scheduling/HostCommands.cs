using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Scheduling;

/// <summary>What hosts ask of the grid. Each method decides on a transaction's state and may run again on another.</summary>
internal sealed class HostCommands(Dispatcher dispatcher)
{
    /// <summary>The most results that one call may speak of.</summary>
    public const int MostResults = 10_000;

    // What a host has lost is signed anew for it, which costs more than its asking. It gets the rest at its next contact.
    private const int MostResent = 256;

    // A sign of life is worth a commit only if the last one is old.
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(10);

    public static bool Register(GridTransaction transaction, HostKey key, HostFacts facts)
    {
        if (key.HostId is not { Length: > 0 and <= 100 } || key.VolunteerId is not { Length: > 0 and <= 100 })
            throw new GridRefusedException(GridRefusal.Invalid, "Ids of hosts and volunteers have 1 to 100 characters.");
        if (!double.IsFinite(facts.FlopsPerSecond) || facts.FlopsPerSecond < 0 || facts.Cores < 1 || facts.MemoryBytes < 0 || facts.DiskBytes < 0 || facts.Platform.Length > 100 || facts.ClientVersion.Length > 100)
            throw new GridRefusedException(GridRefusal.Invalid, "A host has one core or more, and no negative memory, disk or speed; platform and client version have up to 100 characters.");
        if (transaction.State.Hosts.Find(key.HostId) is { } known)
        {
            if (known.Key != key)
                throw new GridRefusedException(GridRefusal.UnknownHost, $"There is no host '{key.HostId}' of this volunteer.");
            if (known.Facts == facts)
                return false;
        }
        transaction.Emit(new HostRegistered(key, facts, transaction.Now));
        return true;
    }

    public static bool Ban(GridTransaction transaction, string hostId, bool banned)
    {
        if (transaction.State.Hosts.Find(hostId) is not { } host)
            return false;
        if (host.Banned != banned)
            transaction.Emit(new HostBanned(hostId, banned));
        if (!banned)
            return true;
        foreach (var place in transaction.State.Index.InProgress(hostId).ToList())
        {
            transaction.Emit(new ResultEnded(place.Unit.JobId, place.Unit.Number, place.Ordinal, ResultOutcome.Abandoned));
            transaction.Settle(place.Unit);
        }
        return true;
    }

    public IReadOnlyList<Assignment> Request(GridTransaction transaction, HostKey key, WorkRequest request)
    {
        var host = Open(transaction, key);
        if (host.Banned)
            throw new GridRefusedException(GridRefusal.Banned, "This host is barred from work. Ask who runs the project.");
        if (!double.IsFinite(request.Seconds) || request.MaxTasks < 0 || request.Applications.Count > 100 || request.CachedFiles.Count > MostResults || request.HeldResults.Count > MostResults)
            throw new GridRefusedException(GridRefusal.Invalid, $"A request names up to 100 applications, {MostResults} cached files and {MostResults} results, and asks for a finite number of seconds.");
        var lost = Lost(transaction, key.HostId, [.. request.HeldResults]).Take(request.MaxTasks).ToList();
        return [.. lost, .. dispatcher.Dispatch(transaction, host, request with { MaxTasks = request.MaxTasks - lost.Count })];
    }

    public static ContactAnswer Heartbeat(GridTransaction transaction, HostKey key, IReadOnlyList<TaskProgress> tasks)
    {
        Open(transaction, key);
        if (tasks.Count > MostResults)
            throw new GridRefusedException(GridRefusal.Invalid, $"A heartbeat names up to {MostResults} tasks.");
        var abort = new List<string>();
        foreach (var task in tasks)
        {
            if (!ResultId.TryParse(task.ResultId, out var id) || transaction.State.Find(id) is not { } found || found.Result.HostId != key.HostId || found.Result.State != ServerState.InProgress)
            {
                abort.Add(task.ResultId);
            }
            else if (found.Unit.IsOver && task.FractionDone <= 0)
            {
                // Nobody needs it and nothing is lost: it has not begun.
                transaction.Emit(new ResultEnded(id.JobId, id.Unit, id.Ordinal, ResultOutcome.Abandoned));
                transaction.Settle(found.Unit.Key);
                abort.Add(task.ResultId);
            }
        }
        return new ContactAnswer(abort, [.. Lost(transaction, key.HostId, [.. tasks.Select(t => t.ResultId)]).Take(MostResent)]);
    }

    /// <summary>What a host ought to have and does not name; what of it is needed no more is ended.</summary>
    private static List<Assignment> Lost(GridTransaction transaction, string hostId, HashSet<string> held)
    {
        var lost = new List<Assignment>();
        foreach (var place in Missing(transaction.State, hostId, held))
        {
            var (job, unit) = (transaction.State.Jobs.Find(place.Unit.JobId)!, transaction.State.Units.Find(place.Unit)!);
            if (unit.IsOver)
            {
                transaction.Emit(new ResultEnded(unit.JobId, unit.Setup.Number, place.Ordinal, ResultOutcome.Abandoned));
                transaction.Settle(unit.Key);
            }
            else
            {
                lost.Add(Assignments.Of(job, unit, place.Ordinal, unit.Results[place.Ordinal].Deadline));
            }
        }
        return lost;
    }

    private static IEnumerable<ResultPlace> Missing(GridState state, string hostId, HashSet<string> held)
    {
        var missing = state.Index.InProgress(hostId).Where(p => !held.Contains(new ResultId(p.Unit.JobId, state.Jobs.Find(p.Unit.JobId)!.Setup.Run, p.Unit.Number, p.Ordinal).ToString())).ToList();
        return missing.OrderBy(p => p.Unit.JobId, StringComparer.Ordinal).ThenBy(p => p.Unit.Number).ThenBy(p => p.Ordinal);
    }

    /// <summary>The host of a call, as one that was heard of now.</summary>
    public static HostRow Open(GridTransaction transaction, HostKey key)
    {
        if (transaction.State.Hosts.Find(key.HostId) is not { } host || host.Key != key)
            throw new GridRefusedException(GridRefusal.UnknownHost, $"There is no host '{key.HostId}' of this volunteer. Register it first.");
        if (transaction.Now - host.LastContactAt > SeenEvery)
            transaction.Emit(new HostSeen(key.HostId, transaction.Now));
        return host;
    }
}
