namespace Pipeline.Streams;

/// <summary>What is kept of a partition's order book: one object, replaced on condition of its version.</summary>
/// <param name="Commit">The last commit of the stream that is in it.</param>
/// <param name="Rows">How many rows the book has seen.</param>
/// <param name="Snapshot">The name of the object with the orders that were open at some commit; null where there were none.</param>
/// <param name="SnapshotBytes">How long that is.</param>
/// <param name="Deltas">What has changed since, commit by commit.</param>
internal sealed record BookState(long Commit, long Rows, string? Snapshot, long SnapshotBytes, IReadOnlyList<BookDelta> Deltas)
{
    /// <summary>Nothing yet.</summary>
    public static BookState Empty { get; } = new(0, 0, null, 0, []);
}
