using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid;

/// <summary>A store in memory that keeps conditions, and fails where a test tells it to.</summary>
internal sealed class MemoryStore : IObjectStore
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, long Version)> _objects = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private long _version;

    /// <summary>Runs before a write takes place; it may throw.</summary>
    public Func<string, Task> BeforeWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a write has taken place; if it throws, the writer never learns that it has.</summary>
    public Func<string, Task> AfterWrite { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before a deletion; it may throw.</summary>
    public Action<string> BeforeDelete { get; set; } = _ => { };

    public IReadOnlyList<string> Paths(string container) => [.. _objects.Keys.Where(k => k.StartsWith(container + "/", StringComparison.Ordinal)).Select(k => k[(container.Length + 1)..]).Order(StringComparer.Ordinal)];

    /// <summary>Changes an object behind everybody's back.</summary>
    public void Tamper(string container, string path, Func<byte[], byte[]> change)
    {
        var (bytes, version) = _objects[$"{container}/{path}"];
        _objects[$"{container}/{path}"] = (change(bytes), version);
    }

    public MemoryStore Copy()
    {
        var copy = new MemoryStore();
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
        await using var stream = await OpenReadAsync(container, path, ct);
        stream.Position = Math.Min(offset, stream.Length);
        return await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
    }

    public async Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, ct);
        await BeforeWrite(path);
        ObjectInfo info;
        lock (_writing)
        {
            var key = $"{container}/{path}";
            if (condition.MustBeAbsent && _objects.ContainsKey(key))
                throw ConditionFailedException.Of(condition, container, path);
            _objects[key] = (buffer.ToArray(), ++_version);
            info = Info(container, path, _objects[key]);
        }
        await AfterWrite(path);
        return info;
    }

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct)
    {
        BeforeDelete(path);
        return Task.FromResult(_objects.TryRemove($"{container}/{path}", out _));
    }

    public string? LocalPath(string container, string path) => null;

    private static ObjectInfo Info(string container, string path, (byte[] Bytes, long Version) found) =>
        new(container, path, found.Bytes.Length, found.Version.ToString(CultureInfo.InvariantCulture), DateTimeOffset.UnixEpoch.AddTicks(found.Version));
}
