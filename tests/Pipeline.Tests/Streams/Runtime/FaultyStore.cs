using Pipeline.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>A store whose writes and deletions fail where a test says so: before they are done, or after.</summary>
internal sealed class FaultyStore(IObjectStore store) : IObjectStore
{
    private int _operations;

    /// <summary>Decides about an operation by its number, kind and path: 0 lets it be, -1 fails before it, 1 after it.</summary>
    public Func<int, string, string, int> Fault { get; set; } = (_, _, _) => 0;

    /// <summary>Runs before an operation.</summary>
    public Func<string, string, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>How many writes and deletions there were.</summary>
    public int Operations => _operations;

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => store.FindAsync(container, path, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct) => store.ListAsync(container, prefix, ct);

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) => store.OpenReadAsync(container, path, ct);

    public Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct) =>
        store.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);

    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) =>
        DoAsync("write", $"{container}/{path}", () => store.WriteAsync(container, path, content, condition, ct));

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) =>
        DoAsync("delete", $"{container}/{path}", () => store.DeleteAsync(container, path, ct));

    public string? LocalPath(string container, string path) => store.LocalPath(container, path);

    private async Task<T> DoAsync<T>(string kind, string path, Func<Task<T>> operation)
    {
        await Before(kind, path);
        var fault = Fault(Interlocked.Increment(ref _operations), kind, path);
        if (fault < 0)
            throw new IOException($"The {kind} of {path} fails by order of the test.");
        var result = await operation();
        return fault == 0 ? result : throw new IOException($"The {kind} of {path} was done, and its answer is lost by order of the test.");
    }
}
