using System.Globalization;

namespace Pipeline.Streams;

/// <summary>The shuffle hub over AMQP.</summary>
internal sealed class ShuffleChannel(IEventHubSender sender, HubSlots hubs) : IShuffleChannel
{
    /// <inheritdoc/>
    public string Hub => hubs.ShuffleHub;

    /// <inheritdoc/>
    public Task<int> CountPartitionsAsync(CancellationToken cancellationToken) => sender.CountPartitionsAsync(Hub, cancellationToken);

    /// <inheritdoc/>
    public Task SendAsync(int partition, IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        var id = partition.ToString(CultureInfo.InvariantCulture);
        return sender.SendAsync(Hub, [.. messages.Select(m => new OutgoingEvent(m) { PartitionId = id })], cancellationToken);
    }
}
