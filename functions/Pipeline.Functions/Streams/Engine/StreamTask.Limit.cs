namespace Pipeline.Streams;

public sealed partial class StreamTask
{
    /// <summary>Marks a place to come back to with <see cref="RejectNewKeys"/>.</summary>
    public long Mark => _state?.LastBatch ?? 0;

    /// <summary>Takes out again what was taken in since a mark for keys that were not known then.</summary>
    /// <param name="mark">A <see cref="Mark"/>.</param>
    /// <returns>How many groups were taken out.</returns>
    public long RejectNewKeys(long mark) => _state?.RejectNewKeys(mark) ?? 0;

    /// <summary>The watermark that completes the oldest windows, so many that a share of the state can go; null where there is no state.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    public long? CompletionOf(double share) => _state?.CompletionOf(Math.Clamp(share, 0, 1));

    /// <summary>Merges the state where it has more rows than a limit, so that memory follows the keys and not the events. Everything must
    /// have been written with <see cref="WriteDeltaAsync"/>.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="forgets">Whether windows were closed for good, so that there is something to forget.</param>
    public void Compact(long limit, bool forgets) => _state?.MergeOver(limit, forgets);
}
