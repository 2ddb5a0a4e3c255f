namespace Pipeline.Streams;

/// <summary>Events per second, measured over spans of a few seconds.</summary>
/// <param name="PerSecond">Of the last whole span.</param>
/// <param name="Since">When the present span began.</param>
/// <param name="Events">How many events had been counted then.</param>
internal sealed record EventRate(double PerSecond = 0, DateTimeOffset Since = default, long Events = 0)
{
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(3);

    /// <summary>The rate at a time, at which so many events have been counted in all.</summary>
    public EventRate At(DateTimeOffset now, long events)
    {
        if (Since == default)
            return new EventRate(0, now, events);
        var elapsed = now - Since;
        return elapsed < Span ? this : new EventRate((events - Events) / elapsed.TotalSeconds, now, events);
    }

    /// <summary>The rate as it is to be shown at a time: none once nothing has been counted for long.</summary>
    public double Shown(DateTimeOffset now) => now - Since > 10 * Span ? 0 : PerSecond;
}
