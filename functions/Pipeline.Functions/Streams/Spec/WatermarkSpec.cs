namespace Pipeline.Streams;

/// <summary>How event time goes on.</summary>
/// <param name="Delay">How far events may be out of order: the watermark is this far behind the latest event.</param>
/// <param name="Idle">After how long without events a partition no longer holds time back.</param>
/// <param name="MaxAhead">How far an event's time may be ahead of the time at which the hub got it; what is further is a fault of its sender.</param>
public sealed record WatermarkSpec(TimeSpan Delay, TimeSpan Idle, TimeSpan MaxAhead)
{
    /// <summary>No delay, idle after half a minute, at most a day ahead.</summary>
    public static WatermarkSpec Default { get; } = new(TimeSpan.Zero, TimeSpan.FromSeconds(30), TimeSpan.FromDays(1));
}
