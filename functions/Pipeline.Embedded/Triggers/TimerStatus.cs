namespace Pipeline.Embedded.Triggers;

/// <summary>Where a timer stands.</summary>
/// <param name="Last">The occurrence that ran last; <see cref="DateTimeOffset.MinValue"/> before the first.</param>
/// <param name="Next">The next one.</param>
/// <param name="LastUpdated">When this was written.</param>
internal sealed record TimerStatus(DateTimeOffset Last, DateTimeOffset Next, DateTimeOffset LastUpdated);
