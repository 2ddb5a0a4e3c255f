using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>
/// All live jobs, units, results and hosts. It changes by events alone, so that the same events always make the same
/// state; a transaction's events can be taken back.
/// </summary>
internal sealed partial class GridState
{
    public GridState()
    {
        Units = new Table<UnitKey, WorkUnit>(Index.Changed);
        Hosts = new Table<string, HostRow>(Index.Changed);
    }

    public Table<string, JobRow> Jobs { get; } = new();

    public Table<UnitKey, WorkUnit> Units { get; }

    public Table<string, HostRow> Hosts { get; }

    public Table<ApplicationVersion, VersionRow> Versions { get; } = new();

    public Table<string, ShareRow> Shares { get; } = new();

    /// <summary>What is found by other ways than keys; it follows from the tables.</summary>
    public GridIndex Index { get; } = new();

    /// <summary>Grows whenever there may be more to hand out: those who wait for work look again.</summary>
    public long WorkCame { get; private set; }

    public void Begin()
    {
        Jobs.Begin();
        Units.Begin();
        Hosts.Begin();
        Versions.Begin();
        Shares.Begin();
    }

    public void Commit()
    {
        Jobs.Commit();
        Units.Commit();
        Hosts.Commit();
        Versions.Commit();
        Shares.Commit();
    }

    public void Undo()
    {
        Jobs.Undo();
        Units.Undo();
        Hosts.Undo();
        Versions.Undo();
        Shares.Undo();
    }

    /// <summary>Finds a result by its name; null where its job, its run or its unit is no longer here.</summary>
    public (JobRow Job, WorkUnit Unit, UnitResult Result)? Find(ResultId id) =>
        Jobs.Find(id.JobId) is { } job && job.Setup.Run == id.Run && Units.Find(new UnitKey(id.JobId, id.Unit)) is { } unit && unit.Find(id.Ordinal) is { } result
            ? (job, unit, result)
            : null;

    public Tally TallyOf(JobRow job) => job.Retired + Index.LiveTally(job.Setup.JobId);

    /// <summary>The virtual time at which a project's next work begins.</summary>
    public double StartOf(string project) => Math.Max(Shares.Find(ShareRow.Clock)?.Given ?? 0, Shares.Find(project)?.Given ?? 0);

    private WorkUnit Unit(string jobId, int number) =>
        Units.Find(new UnitKey(jobId, number)) ?? throw new InvalidDataException($"The log speaks of unit {number} of job '{jobId}', which is not there.");

    private HostRow Host(string id) => Hosts.Find(id) ?? throw new InvalidDataException($"The log speaks of host '{id}', which is not there.");

    private JobRow Job(string id) => Jobs.Find(id) ?? throw new InvalidDataException($"The log speaks of job '{id}', which is not there.");

    private void Set(WorkUnit unit) => Units.Set(unit.Key, unit);

    private void Set(HostRow host) => Hosts.Set(host.Key.HostId, host);
}
