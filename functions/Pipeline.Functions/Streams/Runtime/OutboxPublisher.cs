using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Sends what commits leave: results to the sinks, late events to the side output, poison to quarantine, partial rows to the shuffle.</summary>
internal sealed class OutboxPublisher(ActiveStream stream, StreamPlace place, WorkerServices services)
{
    private readonly IReadOnlyList<ColumnSchema> _eventColumns =
        [.. EventDecoder.SchemaOf(stream.Spec).Select(c => c.ToColumn()), new(EventBatch.EnqueuedTimeColumn, "TIMESTAMP"), new(EventBatch.SequenceNumberColumn, "BIGINT")];

    /// <summary>Sends all that is unsent, oldest first. What was sent is noted, also where the next one fails.</summary>
    /// <exception cref="SinkFailedException">Something could not be sent; the message says which sink and why.</exception>
    public async Task PublishAsync(WarmState warm, IStreamFence fence, CancellationToken cancellationToken)
    {
        DataFlow.Enter(stream.Compiled.Use(stream.Name));
        foreach (var commit in warm.Unsent.GroupBy(e => e.Commit))
        {
            // A commit has one message for each partition of the shuffle; they go side by side.
            var messages = commit.Where(e => e.Kind == OutboxKind.Shuffle).ToList();
            if (messages.Count > 0)
            {
                await TryAsync("the shuffle hub", () => Task.WhenAll(messages.Select(e => SendAsync(e, cancellationToken))), cancellationToken);
                messages.ForEach(warm.Sent);
            }
            foreach (var entry in commit.Where(e => e.Kind != OutboxKind.Shuffle))
            {
                await PublishAsync(warm, entry, fence, cancellationToken);
                warm.Sent(entry);
            }
        }
    }

    /// <summary>Tells the sinks that a new generation begins.</summary>
    /// <param name="since">The start of the first window that is made again, in microseconds since 1970; null for all. What is before stays.</param>
    /// <param name="fence">Tells whether the place is still this host's.</param>
    /// <param name="cancellationToken">Gives up; the call comes again.</param>
    public async Task ResetAsync(long? since, IStreamFence fence, CancellationToken cancellationToken)
    {
        foreach (var sink in stream.Compiled.LateSink is { } late ? [.. stream.Compiled.Sinks, late] : stream.Compiled.Sinks)
            await sink.ResetAsync(place.Origin(0), since, fence, cancellationToken);
    }

    private async Task PublishAsync(WarmState warm, OutboxEntry entry, IStreamFence fence, CancellationToken cancellationToken)
    {
        switch (entry.Kind)
        {
            case OutboxKind.Results:
                var sinks = stream.Compiled.Sinks;
                if (sinks.Count == 0)
                    return;
                var results = await OutputAsync(stream.Compiled.Result);
                for (; warm.SinksDone < sinks.Count; warm.SinksDone++)
                    await TryAsync($"sink {warm.SinksDone}", () => sinks[warm.SinksDone].PublishAsync(results, fence, cancellationToken), cancellationToken);
                break;
            case OutboxKind.Late when stream.Compiled.LateSink is { } late:
                var events = await OutputAsync(_eventColumns);
                await TryAsync("the side output of late events", () => late.PublishAsync(events, fence, cancellationToken), cancellationToken);
                break;
            case OutboxKind.Poison:
                await TryAsync("quarantine", () => QuarantineAsync(entry, cancellationToken), cancellationToken);
                break;
        }

        async Task<StreamOutput> OutputAsync(IReadOnlyList<ColumnSchema> columns) =>
            new(place.Origin(entry.Commit), columns, entry.Windows, entry.Rows, await FileAsync(warm, entry, cancellationToken)) { EventTime = entry.EventTime, Enqueued = entry.Enqueued };
    }

    // The name comes from the first event, the content from the commit: the same however often.
    private async Task QuarantineAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        await using var content = await services.States.OpenAsync(entry.Blob!, cancellationToken);
        await services.Store.WriteAsync(Quarantine.Container, Quarantine.PathOf(place, entry.FirstSequence), content, WriteCondition.None, cancellationToken);
    }

    private async Task SendAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        var message = new ShuffleMessage(place.Stream, place.Generation, place.Partition, entry.Commit, entry.Watermark, entry.Idle, null, default);
        if (entry.Blob is { } blob)
        {
            await using var content = await services.States.OpenAsync(blob, cancellationToken);
            message = blob.Bytes <= ShuffleMessage.MaxInlineBytes
                ? message with { Rows = await ReadAsync(content, blob.Bytes, cancellationToken) }
                : message with { Reference = await HandOverAsync(entry, content, cancellationToken) };
        }
        await services.Shuffle.SendAsync(entry.Target, [message.Encode()], cancellationToken);
    }

    // The receiver removes it; our own copy goes with the next commit.
    private async Task<string> HandOverAsync(OutboxEntry entry, Stream content, CancellationToken cancellationToken)
    {
        var path = $"{place.Stream}/{place.Generation}/handover/{place.Partition}-{entry.Commit:D12}-{entry.Target}.parquet";
        await services.Store.WriteAsync(StateStore.Container, path, content, WriteCondition.None, cancellationToken);
        return path;
    }

    private async Task<string> FileAsync(WarmState warm, OutboxEntry entry, CancellationToken cancellationToken) =>
        warm.FileOf(entry) ?? await services.States.FetchAsync(entry.Blob!, warm.Folder, cancellationToken);

    private static async Task<byte[]> ReadAsync(Stream content, long length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private async Task TryAsync(string target, Func<Task> send, CancellationToken cancellationToken)
    {
        try
        {
            await send();
        }
        catch (Exception e) when (e is not StreamFencedException && !cancellationToken.IsCancellationRequested)
        {
            throw new SinkFailedException($"Stream '{stream.Name}', partition {place.Origin(0).Place}: {target} does not take the output and is tried again: {e.Message}", e);
        }
    }
}
