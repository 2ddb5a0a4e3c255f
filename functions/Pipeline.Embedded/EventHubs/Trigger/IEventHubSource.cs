using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>An event hub that functions take events from.</summary>
internal interface IEventHubSource : IAsyncDisposable
{
    /// <summary>The namespace's host name, which checkpoints and leases are kept under.</summary>
    string FullyQualifiedNamespace { get; }

    /// <summary>What the hub is. Where it cannot be reached, the exception's message says why.</summary>
    Task<HubDescription> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Opens a partition for reading.</summary>
    /// <param name="partitionId">The partition.</param>
    /// <param name="position">The first event.</param>
    /// <param name="epoch">Grows from owner to owner, so that a later one supersedes an earlier one.</param>
    /// <param name="cancellationToken">Abandons the opening.</param>
    /// <remarks>
    /// Opening or reading throws <see cref="PositionUnknownException"/> where the position is behind the end of the partition, and
    /// <see cref="PartitionTakenException"/> where another reader supersedes this one.
    /// </remarks>
    Task<IPartitionEvents> OpenAsync(string partitionId, LogPosition position, long epoch, CancellationToken cancellationToken);
}
