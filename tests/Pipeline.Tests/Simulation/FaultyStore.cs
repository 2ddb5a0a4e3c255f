using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Tests.Simulation;

/// <summary>A store in memory that loses or damages what a test tells it to.</summary>
internal sealed class FaultyStore : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, long Version)> _objects = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private long _version;

    /// <summary>What becomes of a write: gets the path and the bytes, and gives the bytes that are stored, or null for a write that is
    /// acknowledged and lost. It may throw.</summary>
    public Func<string, byte[], byte[]?> OnWrite { get; set; } = (_, bytes) => bytes;

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) =>
        Task.FromResult(_objects.TryGetValue($"{container}/{path}", out var found) ? Info(container, path, found) : null);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => _objects
        .Where(o => o.Key.StartsWith($"{container}/{prefix}", StringComparison.Ordinal))
        .OrderBy(o => o.Key, StringComparer.Ordinal)
        .Select(o => Info(container, o.Key[(container.Length + 1)..], o.Value))
        .ToAsyncEnumerable();

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) =>
        _objects.TryGetValue($"{container}/{path}", out var found) ? Task.FromResult<Stream>(new MemoryStream(found.Bytes, writable: false)) : throw new ObjectNotFoundException(container, path);

    public async Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        await using var stream = await OpenReadAsync(container, path, ct);
        stream.Position = Math.Min(offset, stream.Length);
        return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
    }

    public async Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, ct);
        lock (_writing)
        {
            if (condition.MustBeAbsent && _objects.ContainsKey($"{container}/{path}"))
                throw new NotSupportedException("No simulation writes on a condition.");
            var stored = OnWrite(path, buffer.ToArray());
            var version = (stored ?? [], ++_version);
            if (stored is not null)
                _objects[$"{container}/{path}"] = version!;
            return Info(container, path, version!);
        }
    }

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => Task.FromResult(_objects.TryRemove($"{container}/{path}", out _));

    public string? LocalPath(string container, string path) => null;

    private static ObjectInfo Info(string container, string path, (byte[] Bytes, long Version) found) =>
        new(container, path, found.Bytes.Length, found.Version.ToString(CultureInfo.InvariantCulture), DateTimeOffset.UnixEpoch.AddTicks(found.Version));
}
