using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Scheduling;

/// <summary>
/// Picks the next result for a host. Projects take turns by what they have been given so far, jobs of a project go by priority, and
/// within a job units come first whose shared files the host has, and of those the ones that others have begun.
/// </summary>
internal sealed class Dispatcher(GridSettings settings)
{
    // How many units that a host cannot have are passed over in a queue. Where they all are such, it comes again.
    private const int Patience = 512;

    // What hosts say of their speed is believed within these bounds, in operations a second.
    private const double Slowest = 1e6;
    private const double Fastest = 1e13;
    private const int MostCores = 1_024;

    // A host can name all that it has in one request.
    private const int MostInProgress = 1_000;

    /// <summary>Hands out as many results as the host asks for and may have.</summary>
    public IReadOnlyList<Assignment> Dispatch(GridTransaction transaction, HostRow host, WorkRequest request)
    {
        var assignments = new List<Assignment>();
        var state = transaction.State;
        var need = new Need(request, host);
        var room = Math.Min(MostInProgress, Cores(host) * settings.ResultsInProgress) - state.Index.InProgress(host.Key.HostId).Count;
        while (assignments.Count < request.MaxTasks && assignments.Count < room && need.Seconds > 0)
        {
            host = state.Hosts.Find(host.Key.HostId)!;
            if (Pick(state, host, need, transaction.Now) is not var (job, unit))
                break;
            var result = unit.Results.First(r => r.State == ServerState.Unsent);
            if (!unit.Replicated && !Reliability.IsEnough(job.Setup, unit, result, host.Version(job.Setup.Application)))
                transaction.Emit(new UnitReplicated(unit.JobId, unit.Setup.Number));
            transaction.Emit(new ResultSent(unit.JobId, unit.Setup.Number, result.Ordinal, host.Key.HostId, transaction.Now, transaction.Now + job.Setup.Policy.DelayBound));
            transaction.Settle(unit.Key);
            need.Take(unit, job, Seconds(unit.Setup.Flops, host, job.Setup.Application) / Cores(host));
            assignments.Add(Assignments.Of(job, unit, result.Ordinal, transaction.Now + job.Setup.Policy.DelayBound));
        }
        return assignments;
    }

    private (JobRow Job, WorkUnit Unit)? Pick(GridState state, HostRow host, Need need, DateTimeOffset now)
    {
        var jobs = state.Jobs.Rows
            .Where(j => state.Index.Job(j.Setup.JobId) is { Live.Unsent: > 0 } && need.Applications.Contains(j.Setup.Application) && HasQuota(host, j, now))
            .OrderBy(j => state.StartOf(j.Setup.Project)).ThenBy(j => j.Setup.Project, StringComparer.Ordinal).ThenByDescending(j => j.Setup.Priority).ThenBy(j => j.Order);
        foreach (var job in jobs)
        {
            var queues = state.Index.Job(job.Setup.JobId)!.Unsent;
            foreach (var queue in queues.OrderByDescending(q => need.ShareOfCached(job, q.Files)))
            {
                var unit = queue.Begun.Concat(queue.Fresh).Take(Patience).Select(n => state.Units.Find(new UnitKey(job.Setup.JobId, n))!).FirstOrDefault(u => Fits(u, job, host, need))
                    ?? queue.Fresh.Take(Patience).Select(n => state.Units.Find(new UnitKey(job.Setup.JobId, n))!).FirstOrDefault(u => Fits(u, job, host, need));
                if (unit is not null)
                    return (job, unit);
            }
        }
        return null;
    }

    private bool HasQuota(HostRow host, JobRow job, DateTimeOffset now)
    {
        var version = host.Version(job.Setup.Application);
        return version.Day != HostVersionRow.DayOf(now) || version.SentToday < DailyQuota.Of(version.QuotaShare, Cores(host) * settings.DailyResults);
    }

    private static bool Fits(WorkUnit unit, JobRow job, HostRow host, Need need) =>
        unit.Setup.MemoryBytes <= need.MemoryBytes
        && unit.Setup.DiskBytes <= need.DiskBytes
        && !unit.HasResultOf(host.Key.VolunteerId)
        && Seconds(unit.Setup.Flops, host, job.Setup.Application) <= job.Setup.Policy.DelayBound.TotalSeconds;

    public static int Cores(HostRow host) => Math.Clamp(host.Facts.Cores, 1, MostCores);

    // By what it has shown, where it has.
    private static double Seconds(double flops, HostRow host, ApplicationVersion application) =>
        flops * (host.Version(application) is { Reported: > 0, SecondsPerFlop: > 0 } shown ? shown.SecondsPerFlop : 1 / Math.Clamp(host.Facts.FlopsPerSecond, Slowest, Fastest));

    /// <summary>What of a request is still open.</summary>
    private sealed class Need(WorkRequest request, HostRow host)
    {
        private readonly HashSet<string> _cached = [.. request.CachedFiles];

        public HashSet<ApplicationVersion> Applications { get; } = [.. request.Applications];

        public double Seconds { get; private set; } = request.Seconds;

        public long MemoryBytes { get; } = Math.Min(request.MemoryBytes, host.Facts.MemoryBytes);

        public long DiskBytes { get; private set; } = Math.Min(request.DiskBytes, host.Facts.DiskBytes);

        public double ShareOfCached(JobRow job, IReadOnlyList<int> files) =>
            files.Count == 0 ? 0 : (double)files.Count(f => _cached.Contains(job.Files[f].Sha256)) / files.Count;

        public void Take(WorkUnit unit, JobRow job, double seconds)
        {
            Seconds -= seconds;
            DiskBytes -= unit.Setup.DiskBytes;
            // The next unit with the same files finds them there.
            foreach (var file in unit.Setup.Files)
                _cached.Add(job.Files[file].Sha256);
        }
    }
}
