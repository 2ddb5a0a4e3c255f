namespace Pipeline.Embedded.Volunteer;

/// <summary>Pauses between attempts: each about twice the last, up to a longest, with half of it left to chance, so that a crowd whose
/// server was away does not come back all at once.</summary>
internal sealed class Backoff(TimeSpan longest, Random random)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);

    private int _failures;

    /// <summary>The pause after one more failure.</summary>
    /// <param name="atLeast">When the server wants to be asked again.</param>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var full = Math.Min(longest.TotalSeconds, s_first.TotalSeconds * Math.Pow(2, Math.Min(_failures++, 30)));
        // A server must not send its volunteers away for good.
        var least = Math.Min(atLeast?.TotalSeconds ?? 0, Math.Max(longest.TotalSeconds, 3_600));
        lock (random)
            return TimeSpan.FromSeconds(Math.Max(full * (0.5 + 0.5 * random.NextDouble()), least * (1 + 0.2 * random.NextDouble())));
    }
}
