using System.Globalization;

namespace Pipeline.Streams;

/// <summary>The shuffle hub over AMQP.</summary>
internal sealed class ShuffleChannel(IEventHubSender sender, HubSlots hubs) : IShuffleChannel
{
    /// <inheritdoc/>
    public Task<int> CountPartitionsAsync(CancellationToken cancellationToken) => sender.CountPartitionsAsync(hubs.ShuffleHub, cancellationToken);

    /// <inheritdoc/>
    public Task SendAsync(int partition, IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        var id = partition.ToString(CultureInfo.InvariantCulture);
        return sender.SendAsync(hubs.ShuffleHub, [.. messages.Select(m => new OutgoingEvent(m) { PartitionId = id })], cancellationToken);
    }
}
