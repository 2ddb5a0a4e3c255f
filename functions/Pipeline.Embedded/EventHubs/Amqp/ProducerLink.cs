using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// A link that events come on. A message is acknowledged, and its credit given back, when its events are safe on the disk: so the
/// credit bounds what a sender may have in memory here.
/// </summary>
internal sealed class ProducerLink
{
    /// <summary>The largest message, in bytes.</summary>
    public const int LargestMessage = 1 << 20;

    private const uint Credit = 50;

    private readonly EventHub _hub;
    private readonly int? _partition;
    private readonly Func<bool> _isAuthorized;
    private readonly ILogger _logger;

    /// <summary>Takes a link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="hub">Where its events go.</param>
    /// <param name="partition">The partition that all go to; null to go by their keys.</param>
    /// <param name="isAuthorized">Whether the client still holds a token.</param>
    /// <param name="logger">Where failures are logged.</param>
    public ProducerLink(ListenerLink link, EventHub hub, int? partition, Func<bool> isAuthorized, ILogger logger)
    {
        _hub = hub;
        _partition = partition;
        _isAuthorized = isAuthorized;
        _logger = logger;
        link.InitializeReceiver(Credit, (from, message, _, _) => OnMessage(from, (RawMessage)message), null);
    }

    private void OnMessage(ListenerLink link, RawMessage message)
    {
        if (!_isAuthorized())
        {
            link.Close(TimeSpan.Zero, AmqpErrors.Error(AmqpErrors.Unauthorized, "The token has expired; put a new one."));
            return;
        }

        if (message.Bytes.Length > LargestMessage)
        {
            Reject(link, message, AmqpErrors.TooLarge, $"The message has {message.Bytes.Length} bytes; {LargestMessage} are the most. Send smaller batches.");
            return;
        }

        List<EventToAppend> events;
        ReadOnlyMemory<byte> key;
        try
        {
            (events, key) = EventDecoder.Decode(message.Bytes, message.Format);
        }
        catch (FormatException e)
        {
            Reject(link, message, AmqpErrors.Decode, e.Message);
            return;
        }

        var partition = _hub.Partitions[_partition ?? _hub.Route(key.Span)];
        _ = AcknowledgeAsync(link, message, partition, events);
    }

    private async Task AcknowledgeAsync(ListenerLink link, RawMessage message, PartitionLog partition, List<EventToAppend> events)
    {
        try
        {
            await partition.AppendAsync(events);
            if (!link.IsClosed) link.DisposeMessage(message, new Accepted(), true);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _logger.LogError(e, "Events for the hub '{Hub}' could not be stored.", _hub.Name);
            if (!link.IsClosed) Reject(link, message, AmqpErrors.Internal, e.Message);
        }
        catch (AmqpException e)
        {
            // The client has left; it sends again what was not acknowledged.
            _logger.LogDebug(e, "A sender to the hub '{Hub}' left before its events were acknowledged.", _hub.Name);
        }
    }

    private static void Reject(ListenerLink link, Message message, string condition, string description) =>
        link.DisposeMessage(message, new Rejected { Error = AmqpErrors.Error(condition, description) }, true);
}
