using System.Globalization;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Keeps order books: the state of each partition under its version, and beside it the snapshot that it refers to.</summary>
internal sealed class BookStore(IObjectStore store)
{
    /// <summary>The container of order books.</summary>
    public const string Container = "stream-orders";

    // Past this, or past the snapshot's own length, deltas cost more than another snapshot.
    private const long MaxDeltaBytes = 64 * 1024;

    /// <summary>Reads a state and its version; an empty one without a version where there is none.</summary>
    public async Task<(BookState State, string? ETag)> LoadAsync(StreamOrigin origin, int sink, CancellationToken ct) =>
        await store.FindJsonAsync<BookState>(Container, PathOf(origin, sink), null, ct) is var (state, etag) ? (state, etag) : (BookState.Empty, null);

    /// <summary>The book of a state.</summary>
    public async Task<OrderBook> OpenAsync(BookState state, TimeSpan? expires, CancellationToken ct)
    {
        var open = new Dictionary<long, LimitOrder>();
        if (state.Snapshot is { } snapshot)
        {
            await using var content = await store.OpenReadAsync(Container, snapshot, ct);
            foreach (var order in (await JsonSerializer.DeserializeAsync<List<LimitOrder>>(content, cancellationToken: ct))!) open[order.Number] = order;
        }

        foreach (var delta in state.Deltas)
        {
            foreach (var number in delta.Removed) open.Remove(number);
            foreach (var order in delta.Added) open[order.Number] = order;
        }

        var book = new OrderBook(expires);
        foreach (var order in open.Values) book.Add(order);
        return book;
    }

    /// <summary>Commits a state with one more delta, or with a snapshot in place of all deltas.</summary>
    /// <returns>What was written, and its version.</returns>
    /// <exception cref="ConditionFailedException">The version is no longer the current one.</exception>
    public async Task<(BookState State, string ETag)> SaveAsync(
        StreamOrigin origin, int sink, BookState before, string? etag, BookDelta delta, long rows, OrderBook book, CancellationToken ct)
    {
        var next = before with { Commit = origin.Commit, Rows = rows, Deltas = [.. before.Deltas, delta] };
        var bytes = JsonSerializer.SerializeToUtf8Bytes(next);
        if (bytes.Length > Math.Max(MaxDeltaBytes, before.SnapshotBytes))
        {
            var snapshot = JsonSerializer.SerializeToUtf8Bytes(book.Orders);
            var path = string.Create(CultureInfo.InvariantCulture, $"{FolderOf(origin, sink)}{origin.Commit:D12}.json");
            await store.WriteAsync(Container, path, new MemoryStream(snapshot), WriteCondition.None, ct);
            next = next with { Snapshot = path, SnapshotBytes = snapshot.Length, Deltas = [] };
            bytes = JsonSerializer.SerializeToUtf8Bytes(next);
        }

        var written = await store.WriteAsync(Container, PathOf(origin, sink), new MemoryStream(bytes), etag is null ? WriteCondition.IfAbsent : WriteCondition.IfMatch(etag), ct);
        if (before.Snapshot is { } old && old != next.Snapshot) await store.DeleteAsync(Container, old, ct);
        return (next, written.ETag);
    }

    /// <summary>Removes the books of earlier generations of a partition.</summary>
    public async Task RemoveAsync(StreamOrigin origin, int sink, CancellationToken ct)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"/{origin.Place}/{sink}/");
        await foreach (var file in store.ListAsync(Container, $"{origin.Stream}/", ct))
        {
            var generation = file.Path.Split('/')[1];
            if (file.Path.Contains(end, StringComparison.Ordinal) && int.Parse(generation, CultureInfo.InvariantCulture) < origin.Generation)
                await store.DeleteAsync(Container, file.Path, ct);
        }
    }

    private static string PathOf(StreamOrigin origin, int sink) => $"{FolderOf(origin, sink)}book.json";

    private static string FolderOf(StreamOrigin origin, int sink) =>
        string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{origin.Generation}/{origin.Place}/{sink}/");
}
