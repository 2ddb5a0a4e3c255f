using System.Security.Cryptography;
using Pipeline.Grid;
using Pipeline.Grid.Scheduling;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>A scheduler in memory, as far as the API and the client need one: hands units out once, knows who has which result, and
/// remembers what was reported.</summary>
internal sealed class TestScheduler : IGridScheduler
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostFacts> _hosts = [];
    private readonly Queue<Assignment> _unsent = new();
    private readonly Dictionary<string, (HostKey Host, Assignment Assignment)> _open = [];
    private readonly List<(HostKey Host, ResultReport Report)> _reports = [];
    private readonly HashSet<string> _aborted = [];
    private readonly HashSet<string> _banned = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What hosts reported and the scheduler took.</summary>
    public IReadOnlyList<(HostKey Host, ResultReport Report)> Reports
    {
        get
        {
            lock (_gate)
                return [.. _reports];
        }
    }

    /// <summary>Hosts that are known.</summary>
    public int Hosts
    {
        get
        {
            lock (_gate)
                return _hosts.Count;
        }
    }

    /// <summary>What hosts asked for last.</summary>
    public WorkRequest? LastAsk { get; private set; }

    /// <summary>Puts a unit of the application 'sum' into the store and up for work.</summary>
    public async Task<Assignment> AddAsync(IObjectStore store, string unit, byte[] input, Func<Assignment, Assignment>? change = null, string application = "sum")
    {
        var path = $"inputs/job-1/{unit}";
        await store.WriteAsync(GridFiles.Container, path, new MemoryStream(input), WriteCondition.None, CancellationToken.None);
        var assignment = new Assignment(
            $"job-1-r-{unit}-0", "job-1", unit, new ApplicationVersion(application, 1), path, Convert.ToHexStringLower(SHA256.HashData(input)), [],
            new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), 1e9, 1 << 20, 1 << 20, 1 << 20);
        assignment = change?.Invoke(assignment) ?? assignment;
        lock (_gate)
            _unsent.Enqueue(assignment);
        Changed();
        return assignment;
    }

    /// <summary>Has a result given up at the host's next heartbeat.</summary>
    public void Abort(string resultId)
    {
        lock (_gate)
        {
            _open.Remove(resultId);
            _aborted.Add(resultId);
        }
    }

    /// <summary>Gives a host a result as if it had asked.</summary>
    public void Give(HostKey host, Assignment assignment)
    {
        lock (_gate)
            _open[assignment.ResultId] = (host, assignment);
    }

    /// <summary>Waits until so many reports were taken.</summary>
    public async Task ReportedAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_reports.Count >= count)
                    return;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    public async Task<IReadOnlyList<Assignment>> RequestAsync(HostKey host, WorkRequest ask, CancellationToken ct)
    {
        LastAsk = ask;
        Allow(host);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(TimeSpan.FromSeconds(ask.WaitSeconds));
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var lost = _open.Values.Where(open => open.Host == host && !ask.HeldResults.Contains(open.Assignment.ResultId)).Select(open => open.Assignment).Take(ask.MaxTasks).ToList();
                while (lost.Count < ask.MaxTasks && _unsent.TryDequeue(out var assignment))
                {
                    _open[assignment.ResultId] = (host, assignment);
                    lost.Add(assignment);
                }
                if (lost.Count > 0)
                    return lost;
                changed = _changed.Task;
            }
            try
            {
                await changed.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return [];
            }
        }
    }

    public Task<IReadOnlyList<ReportAnswer>> ReportAsync(HostKey host, IReadOnlyList<ResultReport> reports, CancellationToken ct)
    {
        Allow(host);
        lock (_gate)
        {
            var answers = reports.Select(report =>
            {
                if (_reports.Any(known => known.Report.ResultId == report.ResultId && known.Host == host))
                    return new ReportAnswer(report.ResultId, ReportAnswer.Known, null);
                if (!_open.TryGetValue(report.ResultId, out var open) || open.Host != host)
                    return new ReportAnswer(report.ResultId, ReportAnswer.Refused, "It is not this host's.");
                _open.Remove(report.ResultId);
                _reports.Add((host, report));
                return new ReportAnswer(report.ResultId, ReportAnswer.Accepted, null);
            }).ToList();
            Changed();
            return Task.FromResult<IReadOnlyList<ReportAnswer>>(answers);
        }
    }

    public Task<ContactAnswer> HeartbeatAsync(HostKey host, IReadOnlyList<TaskProgress> tasks, CancellationToken ct)
    {
        Allow(host);
        lock (_gate)
        {
            return Task.FromResult(new ContactAnswer(
                [.. tasks.Select(task => task.ResultId).Where(_aborted.Contains)],
                [.. _open.Values.Where(open => open.Host == host && tasks.All(task => task.ResultId != open.Assignment.ResultId)).Select(open => open.Assignment)]));
        }
    }

    public Task RegisterHostAsync(HostKey host, HostFacts facts, CancellationToken ct)
    {
        lock (_gate)
            _hosts[host.HostId] = facts;
        return Task.CompletedTask;
    }

    public Task<HostStatistics?> HostAsync(HostKey host, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult(_hosts.TryGetValue(host.HostId, out var facts) ? Statistics(host, facts) : null);
    }

    public Task<IReadOnlyList<HostStatistics>> HostsAsync(int top, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult<IReadOnlyList<HostStatistics>>([.. _hosts.Take(top).Select(host => Statistics(new HostKey("v", host.Key), host.Value)!)]);
    }

    public Task<bool> BanHostAsync(string hostId, bool banned, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_hosts.ContainsKey(hostId))
                return Task.FromResult(false);
            if (banned)
                _banned.Add(hostId);
            else
                _banned.Remove(hostId);
            return Task.FromResult(true);
        }
    }

    public Task<GridStatistics> StatisticsAsync(string? jobId, CancellationToken ct) =>
        Task.FromResult(new GridStatistics(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Hosts, Hosts, 1, 0, []));

    public Task<IReadOnlyList<LeaderboardRow>> LeaderboardAsync(int top, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<LeaderboardRow>>(
                [.. _reports.GroupBy(report => report.Host.VolunteerId).Select((group, i) => new LeaderboardRow(i + 1, group.Key, group.Key, group.Count(), group.Count(), 1)).Take(top)]);
        }
    }

    public Task<Assignment?> AssignmentAsync(HostKey host, string resultId, CancellationToken ct)
    {
        lock (_gate)
            return Task.FromResult(_open.TryGetValue(resultId, out var open) && open.Host == host ? open.Assignment : null);
    }

    private static HostStatistics? Statistics(HostKey host, HostFacts facts) => new(host, facts, default, default, false, 0, 0, 0, 0, 0, 0, []);

    private void Allow(HostKey host)
    {
        lock (_gate)
        {
            if (_banned.Contains(host.HostId))
                throw new GridRefusedException(GridRefusal.Banned, "This host is barred.");
        }
    }

    private void Changed()
    {
        lock (_gate)
        {
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
