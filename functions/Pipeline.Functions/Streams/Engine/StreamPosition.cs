namespace Pipeline.Streams;

/// <summary>How far a task's windows have been given out for good. Keep it with the state, and give it back when the state is restored.</summary>
/// <param name="Watermark">Windows that were complete by then have been given out for good.</param>
/// <param name="Revision">Corrections up to this one have been given out for good.</param>
/// <param name="Horizon">Windows that were complete by then are forgotten.</param>
public sealed record StreamPosition(long Watermark, long Revision, long Horizon)
{
    /// <summary>Nothing has been given out.</summary>
    public static StreamPosition Start { get; } = new(long.MinValue, 0, long.MinValue);
}
