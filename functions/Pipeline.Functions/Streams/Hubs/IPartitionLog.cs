namespace Pipeline.Streams;

/// <summary>Reads a hub's log beside its trigger: what a new, resumed or replayed stream has missed, and how far the log goes.</summary>
internal interface IPartitionLog
{
    /// <summary>How many partitions a hub has.</summary>
    Task<int> CountPartitionsAsync(string hub, CancellationToken cancellationToken);

    /// <summary>How far a partition's log goes.</summary>
    Task<LogRange> RangeAsync(string hub, int partition, CancellationToken cancellationToken);

    /// <summary>The first event that the hub took at a time or later; one more than the last event where there is none.</summary>
    Task<long> FirstSinceAsync(string hub, int partition, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Events in order, in batches, up to and with <paramref name="last"/>, which must be there.</summary>
    /// <param name="hub">The hub.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="first">The first sequence number that is wanted.</param>
    /// <param name="last">The last one.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    IAsyncEnumerable<IReadOnlyList<StreamEvent>> ReadAsync(string hub, int partition, long first, long last, CancellationToken cancellationToken);
}
