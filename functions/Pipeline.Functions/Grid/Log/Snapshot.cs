using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Log;

/// <summary>The whole state after a commit.</summary>
internal sealed record Snapshot(
    IReadOnlyList<JobRow> Jobs,
    IReadOnlyList<WorkUnit> Units,
    IReadOnlyList<HostRow> Hosts,
    IReadOnlyList<VersionRow> Versions,
    IReadOnlyList<ShareRow> Shares)
{
    /// <summary>Takes the rows as they are now. They never change, so they can be written while the state goes on.</summary>
    public static Snapshot Of(GridState state) => new([.. state.Jobs.Rows], [.. state.Units.Rows], [.. state.Hosts.Rows], [.. state.Versions.Rows], [.. state.Shares.Rows]);

    /// <summary>The same in an order of its own, so that equal states are written alike.</summary>
    public Snapshot Sorted() => new(
        [.. Jobs.OrderBy(j => j.Order)],
        [.. Units.OrderBy(u => u.JobId, StringComparer.Ordinal).ThenBy(u => u.Setup.Number)],
        [.. Hosts.OrderBy(h => h.Key.HostId, StringComparer.Ordinal)],
        [.. Versions.OrderBy(v => v.Application.Name, StringComparer.Ordinal).ThenBy(v => v.Application.Version)],
        [.. Shares.OrderBy(s => s.Project, StringComparer.Ordinal)]);

    public GridState ToState()
    {
        var state = new GridState();
        foreach (var job in Jobs)
            state.Jobs.Set(job.Setup.JobId, job);
        foreach (var unit in Units)
            state.Units.Set(unit.Key, unit);
        foreach (var host in Hosts)
            state.Hosts.Set(host.Key.HostId, host);
        foreach (var version in Versions)
            state.Versions.Set(version.Application, version);
        foreach (var share in Shares)
            state.Shares.Set(share.Project, share);
        return state;
    }
}
