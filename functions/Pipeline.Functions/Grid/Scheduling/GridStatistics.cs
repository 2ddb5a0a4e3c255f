namespace Pipeline.Grid.Scheduling;

/// <summary>Figures about a grid job, or about all live ones together.</summary>
/// <param name="Jobs">Jobs that the figures are about.</param>
/// <param name="Units">Work units.</param>
/// <param name="UnitsDone">Units with a canonical result.</param>
/// <param name="UnitsAssimilated">Units whose result is in the job's.</param>
/// <param name="UnitsFailed">Units that were given up.</param>
/// <param name="Unsent">Results that wait for a host.</param>
/// <param name="InProgress">Results that hosts have.</param>
/// <param name="Valid">Valid results.</param>
/// <param name="Invalid">Invalid results.</param>
/// <param name="Inconclusive">Results that were compared and did not decide; those that still wait are among them.</param>
/// <param name="TooLate">Results that came when they were needed no more.</param>
/// <param name="Errors">Results that failed.</param>
/// <param name="NoReply">Results whose deadline passed.</param>
/// <param name="Abandoned">Results that the server or the host gave up.</param>
/// <param name="Hosts">Registered hosts.</param>
/// <param name="HostsActive">Hosts heard of within the last day.</param>
/// <param name="Volunteers">Volunteers with a host.</param>
/// <param name="Credit">Credit granted.</param>
/// <param name="Versions">By application version.</param>
public sealed record GridStatistics(
    int Jobs,
    long Units,
    long UnitsDone,
    long UnitsAssimilated,
    long UnitsFailed,
    long Unsent,
    long InProgress,
    long Valid,
    long Invalid,
    long Inconclusive,
    long TooLate,
    long Errors,
    long NoReply,
    long Abandoned,
    int Hosts,
    int HostsActive,
    int Volunteers,
    double Credit,
    IReadOnlyList<VersionStatistics> Versions)
{
    /// <summary>Results of which no canonical result needed more than one: what replication, errors and silence cost, in results.</summary>
    public long Wasted => Valid + Invalid + Inconclusive + TooLate + Errors + NoReply + Abandoned - UnitsDone;
}
