namespace Pipeline.Streams;

/// <summary>Reads a hub's log beside its trigger: what a new, resumed or replayed stream has missed, and how far the log goes.</summary>
internal interface IPartitionLog
{
    /// <summary>How many partitions a hub has.</summary>
    Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken);

    /// <summary>The first event that a partition still has, and the last one; the last is one less than the first where it is empty.</summary>
    Task<(long First, long Last)> RangeAsync(string hub, int partition, CancellationToken cancellationToken);

    /// <summary>Events in order, in batches, up to and with <paramref name="last"/>, which must be there.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="first">The first sequence number that is wanted.</param>
    /// <param name="last">The last one.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<IReadOnlyList<StreamEvent>> ReadAsync(string hub, int partition, long first, long last, CancellationToken cancellationToken);
}
