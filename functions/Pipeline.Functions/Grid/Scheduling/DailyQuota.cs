namespace Pipeline.Grid.Scheduling;

/// <summary>
/// How many results a host gets a day. Each failure halves its quota, each valid result gives a tenth back: a machine that fails
/// everything is soon down to one result a day, and one that had a bad moment recovers within a day's work.
/// </summary>
internal static class DailyQuota
{
    public static double AfterFailure(double share) => Math.Max(1e-6, share / 2);

    public static double AfterValid(double share) => Math.Min(1, Math.Max(share * 1.1, 1e-3));

    /// <summary>Results a day: never less than one, or a host could not show that it has recovered.</summary>
    public static int Of(double share, int most) => Math.Max(1, (int)(share * most));
}
