using Pipeline.Grid.Spec;
using Pipeline.Grid.State;
using Pipeline.Grid.Units;

namespace Pipeline.Grid.Scheduling;

/// <summary>Adaptive replication: which hosts are believed without a second one.</summary>
internal static class Reliability
{
    // How many valid results in a row make an invalid one good where the job does not replicate adaptively.
    private const int Redemption = 10;

    public static bool IsReliable(AdaptiveSpec adaptive, HostVersionRow version) => version.ConsecutiveValid >= adaptive.After;

    /// <summary>Whether a unit goes to one host only, if this host gets it. Spot checks are drawn from the job's seed, so that who does not
    /// know it cannot tell before, and who reads it in the log can reckon afterwards.</summary>
    public static bool IsEnough(JobSetup job, WorkUnit unit, UnitResult result, HostVersionRow version) =>
        job.Policy.Adaptive is { } adaptive && IsReliable(adaptive, version) && new SplitMix(job.Seed, ((long)unit.Setup.Number << 20) | (uint)result.Ordinal).Uniform() >= adaptive.SpotCheck;

    /// <summary>Whether a host was caught with an invalid result and has not had a row of valid ones since.</summary>
    public static bool IsSuspect(UnitPolicy policy, HostVersionRow version) => version.Invalid > 0 && version.ConsecutiveValid < (policy.Adaptive?.After ?? Redemption);
}
