namespace Pipeline.Streams;

/// <summary>Times as streams count them: microseconds since 1970-01-01 UTC.</summary>
internal static class Micros
{
    /// <summary>Microseconds of a time.</summary>
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Microseconds of a length of time.</summary>
    public static long Of(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time; the first or last one that there is where it lies outside.</summary>
    public static DateTimeOffset ToTime(long micros)
    {
        var ticks = (Int128)micros * TimeSpan.TicksPerMicrosecond + DateTime.UnixEpoch.Ticks;
        return new DateTimeOffset((long)Int128.Clamp(ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
    }

    /// <summary>The time; null for null.</summary>
    public static DateTimeOffset? ToTime(long? micros) => micros is { } value ? ToTime(value) : null;
}
