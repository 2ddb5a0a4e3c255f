using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;

namespace Pipeline.Streams;

/// <summary>Asks a node of a connection, such as <c>$cbs</c>, and waits for its answers: requests go out on one link, answers come in on another.</summary>
internal sealed class AmqpRequests
{
    private const int Credit = 50;

    private readonly SenderLink _requests;
    private readonly ReceiverLink _answers;
    private readonly string _replyTo;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _waiting = new(StringComparer.Ordinal);
    private int _asked;

    public AmqpRequests(Session session, string node)
    {
        _replyTo = $"{node.TrimStart('$')}-{Guid.NewGuid():n}";
        _requests = new SenderLink(session, $"{_replyTo}-requests", node);
        _answers = new ReceiverLink(session, _replyTo, new Attach { Source = new Source { Address = node }, Target = new Target { Address = _replyTo } }, null);
        _answers.AddClosedCallback((_, error) => Fail(error));
        _requests.AddClosedCallback((_, error) => Fail(error));
        _answers.Start(Credit, OnAnswer);
    }

    /// <summary>Whether nothing can be asked any more.</summary>
    public bool IsClosed => _requests.IsClosed || _answers.IsClosed;

    /// <summary>Sends a request and gives its answer, whatever its status.</summary>
    /// <exception cref="AmqpException">The link was closed.</exception>
    /// <exception cref="TimeoutException">No answer has come in time.</exception>
    public async Task<Message> AskAsync(Message request, TimeSpan patience, CancellationToken cancellationToken)
    {
        var id = $"{Interlocked.Increment(ref _asked)}";
        var answer = _waiting[id] = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            request.Properties = new Properties { MessageId = id, ReplyTo = _replyTo };
            await _requests.SendAsync(request, patience);
            return await answer.Task.WaitAsync(patience, cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private void OnAnswer(IReceiverLink link, Message answer)
    {
        link.Accept(answer);
        if (answer.Properties?.GetCorrelationId()?.ToString() is { } id && _waiting.TryGetValue(id, out var waiting)) waiting.TrySetResult(answer);
    }

    private void Fail(Error? error)
    {
        foreach (var waiting in _waiting.Values) waiting.TrySetException(new AmqpException(error ?? new Error(ErrorCode.ConnectionForced) { Description = "The connection was closed." }));
    }
}
