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

    private const int Credit = 50;

    private readonly ListenerLink _link;
    private readonly EventHub _hub;
    private readonly int? _partition;
    private readonly Func<bool> _isAuthorized;
    private readonly ILogger _logger;
    private readonly Lock _counting = new();
    private int _unacknowledged;
    private long _settled;

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
        _link = link;
        link.InitializeReceiver(Credit, (_, message, _, _) => OnMessage((RawMessage)message), null);
    }

    /// <summary>Answers the client's attach and lets messages come.</summary>
    public void Start(Attach attach)
    {
        _link.CompleteAttach(attach, null);
        GiveCredit();
    }

    private void OnMessage(RawMessage message)
    {
        if (!_isAuthorized())
        {
            Close(AmqpErrors.Unauthorized, "The token has expired; put a new one.");
            return;
        }

        // Nor does the library hold a sender to its credit. Twice as much, since some may be on their way while credit is counted.
        if (Interlocked.Increment(ref _unacknowledged) > 2 * Credit)
        {
            Close(AmqpErrors.CreditExceeded, $"More than {2 * Credit} messages wait to be acknowledged; the credit was {Credit}.");
            return;
        }

        if (message.Bytes.Length > LargestMessage)
        {
            Reject(message, AmqpErrors.TooLarge, $"The message has {message.Bytes.Length} bytes; {LargestMessage} are the most. Send smaller batches.");
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
            Reject(message, AmqpErrors.Decode, e.Message);
            return;
        }

        var partition = _hub.Partitions[_partition ?? _hub.Route(key.Span)];
        _ = AcknowledgeAsync(message, partition, events);
    }

    private async Task AcknowledgeAsync(RawMessage message, PartitionLog partition, List<EventToAppend> events)
    {
        try
        {
            if (await AppendAsync(partition, events) is { } failure) Reject(message, AmqpErrors.Internal, failure.Message);
            else Settle(message, new Accepted());
        }
        catch (AmqpException e)
        {
            // The client has left; it sends again what was not acknowledged.
            _logger.LogDebug(e, "A sender to the hub '{Hub}' left before its events were acknowledged.", _hub.Name);
        }
    }

    private async Task<Exception?> AppendAsync(PartitionLog partition, List<EventToAppend> events)
    {
        try
        {
            await partition.AppendAsync(events);
            return null;
        }
        catch (Exception e)
        {
            _logger.LogError(e, "Events for the hub '{Hub}' could not be stored.", _hub.Name);
            return e;
        }
    }

    private void Reject(Message message, string condition, string description) =>
        Settle(message, new Rejected { Error = AmqpErrors.Error(condition, description) });

    private void Settle(Message message, DeliveryState outcome)
    {
        // One by one, so that the credit that is told last is the latest.
        lock (_counting)
        {
            Interlocked.Decrement(ref _unacknowledged);
            if (_link.IsClosed) return;
            _link.DisposeMessage(message, outcome, true);
            if (++_settled % (Credit / 2) == 0) GiveCredit();
        }
    }

    // By itself the library would give all of the credit anew for every half of it, however much is still unacknowledged.
    private void GiveCredit() => _link.SetCredit(Math.Max(0, Credit - _unacknowledged), drain: false, autoRestore: false);

    private void Close(string condition, string description) => _link.Close(TimeSpan.Zero, AmqpErrors.Error(condition, description));
}
