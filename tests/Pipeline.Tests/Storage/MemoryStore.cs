using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>A store in memory that keeps conditions.</summary>
internal sealed class MemoryStore(TimeProvider? time = null) : IObjectStore
{
    private readonly ConcurrentDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private long _version;

    public IReadOnlyList<string> Paths(string container) => [.. _objects.Keys.Where(k => k.StartsWith(container + "/", StringComparison.Ordinal)).Select(k => k[(container.Length + 1)..]).Order(StringComparer.Ordinal)];

    /// <summary>Changes an object behind everybody's back.</summary>
    public void Tamper(string container, string path, Func<byte[], byte[]> change)
    {
        var found = _objects[$"{container}/{path}"];
        _objects[$"{container}/{path}"] = found with { Bytes = change(found.Bytes) };
    }

    public MemoryStore Copy()
    {
        var copy = new MemoryStore(time) { _version = _version };
        foreach (var (key, value) in _objects)
            copy._objects[key] = value;
        return copy;
    }

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) =>
        Task.FromResult(_objects.TryGetValue($"{container}/{path}", out var found) ? Info(container, path, found) : null);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => _objects
        .Where(o => o.Key.StartsWith($"{container}/{prefix}", StringComparison.Ordinal))
        .OrderBy(o => o.Key, StringComparer.Ordinal)
        .Select(o => Info(container, o.Key[(container.Length + 1)..], o.Value))
        .ToList().ToAsyncEnumerable();

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) =>
        _objects.TryGetValue($"{container}/{path}", out var found) ? Task.FromResult<Stream>(new MemoryStream(found.Bytes, writable: false)) : throw new ObjectNotFoundException(container, path);

    public async Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        if (ifMatch is not null && (await FindAsync(container, path, ct))?.ETag != ifMatch)
            throw ConditionFailedException.Changed(container, path);
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
            var key = $"{container}/{path}";
            var known = _objects.GetValueOrDefault(key);
            if ((condition.MustBeAbsent && known is not null) || (condition.ETag is { } etag && (known is null || Info(container, path, known).ETag != etag)))
                throw ConditionFailedException.Of(condition, container, path);
            var written = new StoredObject(buffer.ToArray(), ++_version, (time ?? TimeProvider.System).GetUtcNow());
            _objects[key] = written;
            return Info(container, path, written);
        }
    }

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => Task.FromResult(_objects.TryRemove($"{container}/{path}", out _));

    public string? LocalPath(string container, string path) => null;

    private static ObjectInfo Info(string container, string path, StoredObject found) =>
        new(container, path, found.Bytes.Length, found.Version.ToString(CultureInfo.InvariantCulture), found.At);

    private sealed record StoredObject(byte[] Bytes, long Version, DateTimeOffset At);
}
