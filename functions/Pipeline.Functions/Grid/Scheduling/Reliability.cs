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

    /// <summary>Whether a unit goes to one host only, if this host gets it. Spot checks are drawn from the job's seed, so that nobody
    /// can tell before and everybody can reckon afterwards.</summary>
    public static bool IsEnough(JobSetup job, WorkUnit unit, UnitResult result, HostVersionRow version) =>
        job.Policy.Adaptive is { } adaptive && IsReliable(adaptive, version) && Draw(job.Seed, unit.Setup.Number, result.Ordinal) >= adaptive.SpotCheck;

    /// <summary>Whether a host was caught with an invalid result and has not had a row of valid ones since.</summary>
    public static bool IsSuspect(UnitPolicy policy, HostVersionRow version) => version.Invalid > 0 && version.ConsecutiveValid < (policy.Adaptive?.After ?? Redemption);

    /// <summary>A number from 0 to 1, even over units.</summary>
    public static double Draw(long seed, int unit, int ordinal)
    {
        unchecked
        {
            var mixed = Mix((ulong)seed + 0x9E3779B97F4A7C15UL);
            mixed = Mix(mixed ^ ((ulong)(uint)unit << 20) ^ (uint)ordinal);
            return (mixed >> 11) * (1.0 / (1UL << 53));
        }
    }

    // The finaliser of SplitMix64.
    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return z ^ (z >> 31);
        }
    }
}
