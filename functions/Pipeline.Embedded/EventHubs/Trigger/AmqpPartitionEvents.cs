using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Framing;
using Azure.Messaging.EventHubs;
using Pipeline.Embedded.EventHubs.Amqp;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// Takes events from a link. Credit bounds how many are fetched ahead of the function: an event gives its credit back when it is taken.
/// </summary>
internal sealed class AmqpPartitionEvents : IPartitionEvents
{
    private readonly ReceiverLink _link;
    private readonly ConcurrentQueue<Message> _arrived = [];
    private readonly SemaphoreSlim _signal = new(0);

    public AmqpPartitionEvents(ReceiverLink link, int credit)
    {
        _link = link;
        link.AddClosedCallback((_, _) => _signal.Release());
        link.Start(credit, (_, message) =>
        {
            _arrived.Enqueue(message);
            // One signal wakes the one who waits, however many come.
            if (_signal.CurrentCount == 0) _signal.Release();
        });
    }

    public bool TryRead([NotNullWhen(true)] out ReceivedEvent? next)
    {
        next = null;
        if (!_arrived.TryDequeue(out var message)) return false;
        // It came settled; for the library this is when its credit is free again.
        _link.Accept(message);
        next = new AmqpMessageEvent(message);
        return true;
    }

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (_arrived.IsEmpty)
        {
            ThrowIfClosed();
            await _signal.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _link.Session.CloseAsync(TimeSpan.FromSeconds(5), null);
        }
        catch (Exception e) when (e is AmqpException or TimeoutException or ObjectDisposedException)
        {
            // It was closed, or its connection is broken.
        }
    }

    private void ThrowIfClosed()
    {
        if (!_link.IsClosed) return;
        var error = _link.Error ?? new Error(ErrorCode.DetachForced) { Description = "The link was closed." };
        throw error.Condition?.ToString() switch
        {
            AmqpErrors.Stolen => new PartitionTakenException(error.Description),
            AmqpErrors.Argument => new PositionUnknownException(error.Description),
            _ => new AmqpException(error),
        };
    }
}
