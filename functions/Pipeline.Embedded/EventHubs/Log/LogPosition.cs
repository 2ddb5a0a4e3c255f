namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Where a reader starts: the first event that meets it, at hand or to come.</summary>
/// <param name="Kind">What is compared.</param>
/// <param name="Value">The least value that is read.</param>
internal readonly record struct LogPosition(LogPositionKind Kind, long Value)
{
    /// <summary>The oldest event that is kept.</summary>
    public static LogPosition Start => new(LogPositionKind.SequenceNumber, 0);

    /// <summary>The first event that comes after now.</summary>
    public static LogPosition End => new(LogPositionKind.End, 0);

    /// <summary>The event of a sequence number.</summary>
    public static LogPosition FromSequenceNumber(long value) => new(LogPositionKind.SequenceNumber, value);

    /// <summary>The event behind that of a sequence number, such as a checkpoint names.</summary>
    public static LogPosition AfterSequenceNumber(long value) => new(LogPositionKind.SequenceNumber, value + 1);

    /// <summary>The first event at an offset or behind it.</summary>
    public static LogPosition FromOffset(long value) => new(LogPositionKind.Offset, value);

    /// <summary>The first event behind an offset.</summary>
    public static LogPosition AfterOffset(long value) => new(LogPositionKind.Offset, value + 1);

    /// <summary>The first event that was written at a time or later; in milliseconds since 1970 UTC.</summary>
    public static LogPosition FromTime(long value) => new(LogPositionKind.EnqueuedTime, value);

    /// <summary>The first event that was written after a time.</summary>
    public static LogPosition AfterTime(long value) => new(LogPositionKind.EnqueuedTime, value + 1);
}
