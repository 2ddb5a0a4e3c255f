namespace Pipeline.Grid.Scheduling;

/// <summary>
/// Credit for validated work: 200 for a day on a machine of 10^9 operations a second. It follows from the unit's own size, which is the
/// same for all hosts and versions. What hosts claim can lower it, down to half, but never raise it, and of several the lower median
/// counts: neither a claim of a million nor one of nothing moves what others get by more than that.
/// </summary>
internal static class Credit
{
    public const double Millionths = 1e6;

    private const double PerFlop = 200 / (86_400 * 1e9);

    /// <summary>What each valid result of a unit earns, in millionths.</summary>
    /// <param name="flops">The unit's operations.</param>
    /// <param name="claims">What the hosts of its valid results claim, in millionths.</param>
    public static long Grant(double flops, IReadOnlyCollection<long> claims)
    {
        var full = Bounded(flops * PerFlop * Millionths);
        if (claims.Count == 0)
            return full;
        var median = claims.Order().ElementAt((claims.Count - 1) / 2);
        return Math.Clamp(median, full / 2, full);
    }

    /// <summary>A claim as it is kept.</summary>
    public static long Claim(double credit) => double.IsFinite(credit) ? Bounded(credit * Millionths) : 0;

    private static long Bounded(double millionths) => (long)Math.Clamp(millionths, 0, 1e15);
}
