using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>A directory that behaves as Blob storage does: no file of it can be read in place. Counts what is read.</summary>
internal sealed class RemoteStore(DirectoryObjectStore inner) : IObjectStore
{
    private long _bytesRead;

    public long BytesRead => Interlocked.Read(ref _bytesRead);

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => inner.ListAsync(container, prefix, ct);

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) => inner.OpenReadAsync(container, path, ct);

    public async Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        var read = await inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);
        Interlocked.Add(ref _bytesRead, read);
        return read;
    }

    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) =>
        inner.WriteAsync(container, path, content, condition, ct);

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => inner.DeleteAsync(container, path, ct);

    public string? LocalPath(string container, string path) => null;
}
