using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>What is done with an object.</summary>
internal enum StoreOperation
{
    Read,
    Write,
    Delete,
}

/// <summary>An object, and what is done with it.</summary>
internal readonly record struct StoreCall(StoreOperation Operation, string Container, string Path)
{
    public bool IsChange => Operation != StoreOperation.Read;
}

/// <summary>A store that fails, loses, damages or dies where a test tells it to, over one that does none of it.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock _gate = new();
    private int _steps;
    private int _killAt;

    public sealed class KilledException : Exception;

    public IObjectStore Inner => inner;

    /// <summary>Runs before every read, write and deletion; if it throws, that is not done.</summary>
    public Func<StoreCall, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after every write and deletion; if it throws, that is done and its caller never learns.</summary>
    public Func<StoreCall, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>What becomes of a write: gets the path and the bytes, and gives the bytes that are stored, or null for a write that is
    /// acknowledged and lost.</summary>
    public Func<string, byte[], byte[]?>? OnWrite { get; set; }

    /// <summary>Runs once, when a listing has given its first object.</summary>
    public Func<Task>? DuringListing { get; set; }

    /// <summary>Dies before the n-th change from now on, once; 0 for never.</summary>
    public void KillAt(int step) => (_steps, _killAt) = (0, step);

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var found in inner.ListAsync(container, prefix, ct))
        {
            yield return found;
            if (DuringListing is { } act)
            {
                DuringListing = null;
                await act();
            }
        }
    }

    public async Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct)
    {
        await Before(new StoreCall(StoreOperation.Read, container, path));
        return await inner.OpenReadAsync(container, path, ct);
    }

    public async Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        await Before(new StoreCall(StoreOperation.Read, container, path));
        return await inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);
    }

    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) => ChangeAsync(
        new StoreCall(StoreOperation.Write, container, path),
        () => OnWrite is { } change ? WriteAsync(container, path, content, condition, change, ct) : inner.WriteAsync(container, path, content, condition, ct));

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) =>
        ChangeAsync(new StoreCall(StoreOperation.Delete, container, path), () => inner.DeleteAsync(container, path, ct));

    public string? LocalPath(string container, string path) => inner.LocalPath(container, path);

    private async Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, Func<string, byte[], byte[]?> change, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, ct);
        byte[]? stored;
        lock (_gate)
            stored = change(path, buffer.ToArray());
        return stored is null
            ? new ObjectInfo(container, path, buffer.Length, "lost", DateTimeOffset.UnixEpoch)
            : await inner.WriteAsync(container, path, new MemoryStream(stored), condition, ct);
    }

    private async Task<T> ChangeAsync<T>(StoreCall call, Func<Task<T>> change)
    {
        if (_killAt > 0 && Interlocked.Increment(ref _steps) >= _killAt)
        {
            // The dead change nothing; whoever comes next finds what they left.
            _killAt = 0;
            throw new KilledException();
        }
        await Before(call);
        var result = await change();
        await After(call);
        return result;
    }
}
