namespace Pipeline.Storage;

/// <summary>
/// Keeps the app's working state in another account than the data. The data's account remembers what was overwritten and deleted, so that
/// mistakes can be undone; state that is rewritten several times a second would fill it with versions that nobody wants.
/// </summary>
/// <param name="data">The account of the data.</param>
/// <param name="working">The account of the working state.</param>
internal sealed class TwoAccountObjectStore(IObjectStore data, IObjectStore working) : IObjectStore
{
    /// <summary>The containers of working state.</summary>
    public static IReadOnlySet<string> WorkingContainers { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "grid", "stream-orders", "stream-state" };

    /// <summary>The account of a container.</summary>
    public IObjectStore Of(string container) => WorkingContainers.Contains(container) ? working : data;

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => Of(container).FindAsync(container, path, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => Of(container).ListAsync(container, prefix, ct);

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) => Of(container).OpenReadAsync(container, path, ct);

    /// <inheritdoc/>
    public Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct) =>
        Of(container).ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);

    /// <inheritdoc/>
    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) =>
        Of(container).WriteAsync(container, path, content, condition, ct);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => Of(container).DeleteAsync(container, path, ct);

    /// <inheritdoc/>
    public string? LocalPath(string container, string path) => Of(container).LocalPath(container, path);
}
