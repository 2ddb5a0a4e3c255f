using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.State;

/// <summary>How a host does with a version of an application.</summary>
internal sealed record HostVersionRow(ApplicationVersion Application)
{
    /// <summary>Valid results in a row.</summary>
    public int ConsecutiveValid { get; init; }

    public long Valid { get; init; }
    public long Invalid { get; init; }

    /// <summary>Results a day, as a share of the most that a host may get: 1 is all.</summary>
    public double QuotaShare { get; init; } = 1;

    /// <summary>The day (UTC) that <see cref="SentToday"/> counts.</summary>
    public int Day { get; init; }

    public int SentToday { get; init; }

    /// <summary>Reported results, of which the means below are.</summary>
    public long Reported { get; init; }

    public double MeanTurnaroundSeconds { get; init; }

    /// <summary>Seconds of computing for an operation, a mean that forgets; 0 before the first.</summary>
    public double SecondsPerFlop { get; init; }

    public static int DayOf(DateTimeOffset at) => (int)(at.UtcTicks / TimeSpan.TicksPerDay);
}
