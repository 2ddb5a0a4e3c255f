namespace Pipeline.Streams;

/// <summary>Calls a webhook for every window, or for the rows of every commit.</summary>
internal sealed class WebhookSink(WebhookTarget target, WebhookClient client) : IStreamSink
{
    private readonly SinkProgress _progress = new();
    private readonly StreamOutputReader _reader = new();

    public string? LeavesBy => $"a webhook of {target.Url.Host}";

    public async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        await fence.EnsureOwnedAsync(cancellationToken);
        var done = _progress.Of(output.Origin);
        var next = 0;
        await foreach (var call in WebhookCalls.OfAsync(_reader, output, cancellationToken))
        {
            if (next++ < done) continue;
            await client.SendAsync(target, call, cancellationToken);
            _progress.Set(output.Origin, next);
        }
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return ValueTask.CompletedTask;
    }
}
