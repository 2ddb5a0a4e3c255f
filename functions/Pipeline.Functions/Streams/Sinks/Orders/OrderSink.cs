using System.Collections.Concurrent;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// Executes limit orders against the ticks of the same rows, partition by partition, in the order of the rows. A commit of the stream
/// is taken once: what it executes goes to sinks under the commit's name, then one conditional write moves the book on to that commit.
/// Whoever does it again finds the book already there, or makes the same executions of the same book.
/// </summary>
internal sealed class OrderSink(int index, TimeSpan? expires, IReadOnlyList<IStreamSink> targets, BookStore books) : IStreamSink
{
    private readonly ConcurrentDictionary<(int Generation, string Place), Warm> _warm = new();
    private readonly StreamOutputReader _reader = new();

    public string? Dataset => targets.Select(target => target.Dataset).FirstOrDefault(dataset => dataset is not null);

    public string? LeavesBy => targets.Select(target => target.LeavesBy).FirstOrDefault(way => way is not null);

    public async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        var key = (output.Origin.Generation, output.Origin.Place);
        if (!_warm.TryGetValue(key, out var warm) || warm.State.Commit >= output.Origin.Commit) warm = await LoadAsync(output.Origin, cancellationToken);
        // Nothing is kept in memory that may be half done.
        _warm.TryRemove(key, out _);
        if (warm.State.Commit >= output.Origin.Commit)
        {
            _warm[key] = warm;
            return;
        }

        var (done, delta, rows) = await ApplyAsync(warm, output, cancellationToken);
        if (done.Count > 0) await PublishAsync(output, done, fence, cancellationToken);
        await fence.EnsureOwnedAsync(cancellationToken);
        try
        {
            var (state, etag) = await books.SaveAsync(output.Origin, index, warm.State, warm.ETag, delta, rows, warm.Book, cancellationToken);
            _warm[key] = new Warm(state, etag, warm.Book);
        }
        catch (ConditionFailedException e)
        {
            throw new StreamFencedException($"Another host has executed the orders of {output.Origin.Place} of stream '{output.Origin.Stream}' up to a later commit.", e);
        }
    }

    public async Task ResetAsync(StreamOrigin origin, long? from, IStreamFence fence, CancellationToken cancellationToken)
    {
        // A book is of the events of its generation: it begins empty. What became of orders before stays told.
        foreach (var target in targets) await target.ResetAsync(origin, from, fence, cancellationToken);
        await fence.EnsureOwnedAsync(cancellationToken);
        await books.RemoveAsync(origin, index, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _reader.Dispose();
        foreach (var target in targets) await target.DisposeAsync();
    }

    private async Task<Warm> LoadAsync(StreamOrigin origin, CancellationToken cancellationToken)
    {
        var (state, etag) = await books.LoadAsync(origin, index, cancellationToken);
        return new Warm(state, etag, await books.OpenAsync(state, expires, cancellationToken));
    }

    private async Task<(List<Execution> Done, BookDelta Delta, long Rows)> ApplyAsync(Warm warm, StreamOutput output, CancellationToken cancellationToken)
    {
        var reader = new OrderRows(output.Columns);
        var done = new List<Execution>();
        var added = new Dictionary<long, LimitOrder>();
        var removed = new List<long>();
        var rows = warm.State.Rows;
        await foreach (var row in _reader.ReadAsync(output, cancellationToken))
        {
            var (order, tick) = reader.Read(row, rows++);
            if (order is not null)
            {
                warm.Book.Add(order);
                added.Add(order.Number, order);
            }
            else if (tick is var (symbol, price, time))
            {
                foreach (var execution in warm.Book.Tick(symbol, price, time))
                {
                    done.Add(execution);
                    if (!added.Remove(execution.Order.Number)) removed.Add(execution.Order.Number);
                }
            }
        }

        return (done, new BookDelta([.. added.Values], removed), rows);
    }

    private async Task PublishAsync(StreamOutput output, List<Execution> done, IStreamFence fence, CancellationToken cancellationToken)
    {
        using var folder = TaskFolder.Create();
        var file = folder.File("executions.parquet");
        ExecutionFile.Write(done, file);
        var executions = new StreamOutput(output.Origin, ExecutionFile.Columns, null, done.Count, file) { EventTime = output.EventTime, Enqueued = output.Enqueued };
        foreach (var target in targets) await target.PublishAsync(executions, fence, cancellationToken);
    }

    private sealed record Warm(BookState State, string? ETag, OrderBook Book);
}
