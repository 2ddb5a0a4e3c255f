namespace Pipeline.Streams;

/// <summary>Keeps a host that has lost a partition from overwriting what the new owner wrote.</summary>
public interface IStreamFence
{
    /// <summary>Makes sure that the partition's state is still the version that this host committed.</summary>
    /// <exception cref="StreamFencedException">It is not: another host has taken the partition, or the stream was replayed or deleted.</exception>
    Task EnsureOwnedAsync(CancellationToken cancellationToken);
}
