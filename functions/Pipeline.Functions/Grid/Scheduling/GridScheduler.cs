using Pipeline.Grid.State;

namespace Pipeline.Grid.Scheduling;

/// <summary>The scheduler over the grid's log.</summary>
internal sealed class GridScheduler(GridShards shards, GridSettings settings, TimeProvider time) : IGridScheduler
{
    private static readonly TimeSpan Active = TimeSpan.FromDays(1);

    private readonly HostCommands _hosts = new(new Dispatcher(settings));

    public async Task<IReadOnlyList<Assignment>> RequestAsync(HostKey host, WorkRequest request, CancellationToken ct)
    {
        var shard = await shards.OfHostAsync(host.HostId, ct);
        var wait = TimeSpan.FromSeconds(request.WaitSeconds);
        var began = time.GetTimestamp();
        while (true)
        {
            var seen = shard.WorkCame;
            var assignments = await shard.ExecuteAsync(t => _hosts.Request(t, host, request), ct);
            if (assignments.Count > 0 || request.MaxTasks == 0 || !await shard.WaitForWorkAsync(seen, wait - time.GetElapsedTime(began), ct))
                return assignments;
        }
    }

    public async Task<IReadOnlyList<ReportAnswer>> ReportAsync(HostKey host, IReadOnlyList<ResultReport> reports, CancellationToken ct) =>
        await (await shards.OfHostAsync(host.HostId, ct)).ExecuteAsync(t => ReportCommand.Report(t, host, reports), ct);

    public async Task<ContactAnswer> HeartbeatAsync(HostKey host, IReadOnlyList<TaskProgress> tasks, CancellationToken ct) =>
        await (await shards.OfHostAsync(host.HostId, ct)).ExecuteAsync(t => HostCommands.Heartbeat(t, host, tasks), ct);

    public async Task RegisterHostAsync(HostKey host, HostFacts facts, CancellationToken ct) =>
        await (await shards.OfHostAsync(host.HostId, ct)).ExecuteAsync(t => HostCommands.Register(t, host, facts), ct);

    public async Task<HostStatistics?> HostAsync(HostKey host, CancellationToken ct) =>
        await (await shards.OfHostAsync(host.HostId, ct)).ExecuteAsync(t => t.State.Hosts.Find(host.HostId) is { } row && row.Key == host ? Figures.Of(t.State, row, settings, t.Now) : null, ct);

    public async Task<IReadOnlyList<HostStatistics>> HostsAsync(int top, CancellationToken ct)
    {
        var parts = await shards.ExecuteAsync((t, _, _) => t.State.Hosts.Rows.OrderByDescending(h => h.Credit).ThenBy(h => h.Key.HostId, StringComparer.Ordinal).Take(top).Select(h => Figures.Of(t.State, h, settings, t.Now)).ToList(), ct);
        return [.. parts.SelectMany(p => p).OrderByDescending(h => h.Credit).ThenBy(h => h.Host.HostId, StringComparer.Ordinal).Take(top)];
    }

    public async Task<bool> BanHostAsync(string hostId, bool banned, CancellationToken ct) =>
        await (await shards.OfHostAsync(hostId, ct)).ExecuteAsync(t => HostCommands.Ban(t, hostId, banned), ct);

    public async Task<GridStatistics> StatisticsAsync(string? jobId, CancellationToken ct)
    {
        var parts = await shards.ExecuteAsync((t, _, _) => Figures.Part(t.State, jobId, t.Now - Active), ct);
        return Figures.Sum(parts);
    }

    public async Task<IReadOnlyList<LeaderboardRow>> LeaderboardAsync(int top, CancellationToken ct)
    {
        var parts = await shards.ExecuteAsync((t, _, _) => t.State.Index.Volunteers.ToList(), ct);
        return
        [
            .. parts.SelectMany(p => p).GroupBy(v => v.Key, StringComparer.Ordinal)
                .Select(g => (Id: g.Key, Credit: g.Sum(v => v.Value.Credit), Valid: g.Sum(v => v.Value.Valid), Hosts: g.Sum(v => v.Value.Hosts)))
                .OrderByDescending(v => v.Credit).ThenBy(v => v.Id, StringComparer.Ordinal).Take(top)
                .Select((v, place) => new LeaderboardRow(place + 1, v.Id, v.Id, v.Credit / Credit.Millionths, v.Valid, v.Hosts)),
        ];
    }

    public async Task<Assignment?> AssignmentAsync(HostKey host, string resultId, CancellationToken ct) =>
        await (await shards.OfHostAsync(host.HostId, ct)).ExecuteAsync(t => Open(t, host, resultId), ct);

    // A result whose deadline has passed may still be handed in while its unit is undecided.
    private static Assignment? Open(GridTransaction transaction, HostKey host, string resultId) =>
        Units.ResultId.TryParse(resultId, out var id) && transaction.State.Find(id) is var (job, unit, result)
        && result.HostId == host.HostId && result.VolunteerId == host.VolunteerId && unit.Error == Units.UnitError.None
        && (result.State == Units.ServerState.InProgress || result.Outcome == Units.ResultOutcome.NoReply)
            ? Assignments.Of(job, unit, id.Ordinal, result.Deadline)
            : null;
}
