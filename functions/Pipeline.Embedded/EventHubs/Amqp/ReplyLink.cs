using Amqp;
using Amqp.Listener;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Sends the answers of a request node to a client, as it gives credit.</summary>
internal sealed class ReplyLink
{
    private const int MostWaiting = 256;

    private readonly ListenerLink _link;
    private readonly Lock _lock = new();
    private readonly Queue<Message> _waiting = [];
    private int _credit;

    public ReplyLink(ListenerLink link)
    {
        _link = link;
        link.InitializeSender((delta, _, _) => Send(null, delta), (message, state, settled, _) =>
        {
            if (!settled) link.DisposeMessage(message, state, true);
        }, null);
    }

    /// <summary>Sends an answer now or when there is credit.</summary>
    public void Send(Message answer) => Send(answer, 0);

    private void Send(Message? answer, int credit)
    {
        lock (_lock)
        {
            _credit = Math.Max(0, _credit + credit);
            if (answer is not null) _waiting.Enqueue(answer);
            if (_waiting.Count > MostWaiting)
            {
                _waiting.Clear();
                _link.Close(TimeSpan.Zero, AmqpErrors.Error(AmqpErrors.LimitExceeded, $"More than {MostWaiting} answers wait to be taken."));
                return;
            }

            while (_credit > 0 && !_link.IsClosed && _waiting.TryDequeue(out var next))
            {
                _credit--;
                _link.SendMessage(next);
            }
        }
    }
}
