using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Log;

/// <summary>A store that cannot be read at times.</summary>
internal sealed class DeafStore(IObjectStore inner, Func<bool> isDeaf) : IObjectStore
{
    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => inner.ListAsync(container, prefix, ct);

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) =>
        isDeaf() ? throw new IOException("The connection broke.") : inner.OpenReadAsync(container, path, ct);

    public Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct) => inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);

    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) => inner.WriteAsync(container, path, content, condition, ct);

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => inner.DeleteAsync(container, path, ct);

    public string? LocalPath(string container, string path) => inner.LocalPath(container, path);
}
