namespace Pipeline.Streams;

/// <summary>Something that a commit leaves to be sent. It stays in the state until a later commit records that it was.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Commit">The commit that made it.</param>
/// <param name="Blob">The content; null for a message of the shuffle without rows, which brings the watermark alone.</param>
/// <param name="Rows">How many rows or events.</param>
internal sealed record OutboxEntry(OutboxKind Kind, long Commit, StateBlob? Blob, long Rows)
{
    /// <summary>The windows of the rows; null where the query has none.</summary>
    public IReadOnlyList<OutputWindow>? Windows { get; init; }

    /// <summary>The latest event time that the partition had seen at the commit, in microseconds since 1970.</summary>
    public long EventTime { get; init; }

    /// <summary>Of rows without windows: when the hub took the last event that the commit saw, in microseconds since 1970.</summary>
    public long Enqueued { get; init; }

    /// <summary>The partition of the shuffle that a message goes to.</summary>
    public int Target { get; init; }

    /// <summary>The watermark that a message of the shuffle brings; null for none yet.</summary>
    public long? Watermark { get; init; }

    /// <summary>Whether the sender of a message of the shuffle is idle, so that it holds nobody back.</summary>
    public bool Idle { get; init; }

    /// <summary>The sequence number of the first event in it.</summary>
    public long FirstSequence { get; init; }
}
