namespace Pipeline.Streams;

/// <summary>Sends messages to partitions of the shuffle hub.</summary>
internal interface IShuffleChannel
{
    /// <summary>The hub, whose log has what was sent.</summary>
    string Hub { get; }

    /// <summary>How many partitions the hub has.</summary>
    Task<int> CountPartitionsAsync(CancellationToken cancellationToken);

    /// <summary>Sends messages to one partition, in order; returns when the hub has all of them safe.</summary>
    Task SendAsync(int partition, IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken);
}
