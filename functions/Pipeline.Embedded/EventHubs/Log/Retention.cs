namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Which files of a partition's log are to go. Files go whole, the oldest first; the one that is written to stays.</summary>
internal static class Retention
{
    private const int FilesAPeriod = 8;

    private static readonly TimeSpan s_shortestPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPeriod = TimeSpan.FromMinutes(5);

    /// <summary>How often to look.</summary>
    public static TimeSpan Period(LogOptions options) =>
        TimeSpan.FromTicks(Math.Clamp(options.RetentionTime.Ticks / 10, s_shortestPeriod.Ticks, s_longestPeriod.Ticks));

    /// <summary>Whether a file must be written to no more: one that fills slowly must end before its first events are long out of date.</summary>
    public static bool MustEnd(LogSegment active, LogOptions options, DateTimeOffset now) =>
        active.Length > 0 && active.HeaderAt(active.BaseOffset).EnqueuedTime < (now - (options.RetentionTime / FilesAPeriod)).ToUnixTimeMilliseconds();

    /// <summary>The files that hold only what is too old, or more than is kept.</summary>
    public static IReadOnlyList<LogSegment> Expired(IReadOnlyList<LogSegment> segments, LogOptions options, DateTimeOffset now)
    {
        var oldest = (now - options.RetentionTime).ToUnixTimeMilliseconds();
        var length = segments.Sum(segment => segment.Length);
        var expired = new List<LogSegment>();
        foreach (var segment in segments.SkipLast(1))
        {
            if (segment.LastEnqueuedTime >= oldest && length <= options.RetentionBytes) break;
            expired.Add(segment);
            length -= segment.Length;
        }

        return expired;
    }
}
