using Pipeline.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>A store that loses or damages what a test tells it to.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock _telling = new();

    /// <summary>What becomes of a write: gets the path and the bytes, and gives the bytes that are stored, or null for a write that is
    /// acknowledged and lost. It may throw.</summary>
    public Func<string, byte[], byte[]?> OnWrite { get; set; } = (_, bytes) => bytes;

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => inner.ListAsync(container, prefix, ct);

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) => inner.OpenReadAsync(container, path, ct);

    public Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct) =>
        inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);

    public async Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, ct);
        byte[]? stored;
        lock (_telling)
            stored = OnWrite(path, buffer.ToArray());
        return stored is null ? new ObjectInfo(container, path, buffer.Length, "lost", DateTimeOffset.UnixEpoch)
            : await inner.WriteAsync(container, path, new MemoryStream(stored), condition, ct);
    }

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => inner.DeleteAsync(container, path, ct);

    public string? LocalPath(string container, string path) => inner.LocalPath(container, path);
}
