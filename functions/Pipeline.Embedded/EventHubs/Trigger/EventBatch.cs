using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Events of one partition that a function is given together.</summary>
/// <param name="Partition">Where they come from.</param>
/// <param name="Events">The events, at least one, in the partition's order.</param>
internal sealed record EventBatch(PartitionContext Partition, EventData[] Events)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Partition.EventHubName}/{Partition.PartitionId}, events {Events[0].SequenceNumber} to {Events[^1].SequenceNumber}";
}
