using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Where a partition without a checkpoint begins.</summary>
/// <param name="Kind">Its start, its end, or a time.</param>
/// <param name="EnqueuedTime">The time, where that is meant.</param>
internal sealed record InitialOffset(InitialOffsetKind Kind, DateTimeOffset EnqueuedTime)
{
    /// <summary>The position of the first event.</summary>
    public LogPosition Position => Kind switch
    {
        InitialOffsetKind.FromStart => LogPosition.Start,
        InitialOffsetKind.FromEnd => LogPosition.End,
        _ => LogPosition.FromTime(EnqueuedTime.ToUnixTimeMilliseconds()),
    };
}
