namespace Pipeline.Training;

/// <summary>How many rounds workers make before they report. They go from round to round by themselves as long as they hear of each other,
/// which spares the orchestration most of its work; where they do not, because the app runs fewer tasks at a time than there are workers,
/// every round is begun by the orchestration.</summary>
/// <param name="Leg">Rounds of the next leg, at most.</param>
/// <param name="Patience">Rounds that are begun one by one after a leg was cut short; twice as many each time.</param>
/// <param name="TryAt">The round from which on longer legs are tried again.</param>
public sealed record Pace(int Leg = 1, int Patience = 32, int TryAt = 0)
{
    // Progress is seen about once in so many seconds; less often where a leg costs the task hub more than a tenth of that.
    private const double ShortestSeconds = 1;
    private const double LongestSeconds = 15;
    private const double TimesOverhead = 10;

    private const int MostPatience = 1 << 20;

    /// <summary>The pace after a leg.</summary>
    /// <param name="asked">Its rounds.</param>
    /// <param name="reached">Those that all workers came through.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="overhead">The seconds of these in which no worker was at work.</param>
    /// <param name="next">The round that comes next.</param>
    internal Pace After(int asked, int reached, double seconds, double overhead, int next)
    {
        if (reached < asked)
            return new Pace(1, Math.Min(2 * Patience, MostPatience), next + Patience);
        var aim = Math.Clamp(TimesOverhead * overhead, ShortestSeconds, LongestSeconds);
        return next < TryAt ? this : this with { Leg = (int)Math.Clamp(aim * reached / Math.Max(seconds, 1e-3), 1, 8.0 * Leg) };
    }
}
