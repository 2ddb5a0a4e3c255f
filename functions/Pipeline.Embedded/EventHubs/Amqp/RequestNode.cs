using Amqp;
using Amqp.Framing;
using Amqp.Listener;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// An address of a connection that answers requests. A client attaches one link to send and one to receive; requests name the
/// receiving one, by its own name or its target's address.
/// </summary>
/// <param name="answer">Answers a request.</param>
internal sealed class RequestNode(Func<Message, Message> answer)
{
    private const int LargestRequest = 64 << 10;
    private const uint Credit = 50;

    private readonly Dictionary<string, ReplyLink> _replies = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Takes a link that requests come on.</summary>
    public void AttachRequests(ListenerLink link) => link.InitializeReceiver(Credit, (from, message, _, _) => OnRequest(from, message), null);

    /// <summary>Takes a link that answers go to.</summary>
    public void AttachReplies(ListenerLink link, Attach attach)
    {
        var reply = new ReplyLink(link);
        string[] names = attach.Target is Target { Address: { Length: > 0 } address } ? [link.Name, address] : [link.Name];
        lock (_lock)
        {
            foreach (var name in names) _replies[name] = reply;
        }

        link.AddClosedCallback((_, _) =>
        {
            lock (_lock)
            {
                foreach (var name in names)
                {
                    if (_replies.TryGetValue(name, out var current) && current == reply) _replies.Remove(name);
                }
            }
        });
    }

    /// <summary>An answer.</summary>
    public static Message Answer(int statusCode, string description, object body, string? condition = null)
    {
        var answer = new Message(body)
        {
            ApplicationProperties = new ApplicationProperties { ["status-code"] = statusCode, ["status-description"] = description },
        };
        if (condition is not null) answer.ApplicationProperties["error-condition"] = new global::Amqp.Types.Symbol(condition);
        return answer;
    }

    private void OnRequest(ListenerLink link, Message message)
    {
        var raw = ((RawMessage)message).Bytes;
        if (raw.Length > LargestRequest)
        {
            link.DisposeMessage(message, new Rejected { Error = AmqpErrors.Error(AmqpErrors.TooLarge, $"A request takes at most {LargestRequest} bytes.") }, true);
            return;
        }

        Message request;
        try
        {
            var bytes = raw.ToArray();
            request = Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
        }
        catch (Exception e)
        {
            // Of what is no message the library throws whatever it stumbles over.
            link.DisposeMessage(message, new Rejected { Error = AmqpErrors.Error(AmqpErrors.Decode, e.Message) }, true);
            return;
        }

        link.DisposeMessage(message, new Accepted(), true);
        ReplyLink? reply;
        lock (_lock)
        {
            _replies.TryGetValue(request.Properties?.ReplyTo ?? "", out reply);
        }

        if (reply is null) return;
        var answered = answer(request);
        answered.Properties = new Properties { To = request.Properties!.ReplyTo };
        if (request.Properties.GetMessageId() is { } id) answered.Properties.SetCorrelationId(id);
        reply.Send(answered);
    }
}
