using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>A store whose every change is a step: a test looks in after each, or kills the host before one.</summary>
internal sealed class StepStore(IObjectStore inner) : IObjectStore
{
    private int _steps;
    private int _killAt;

    public sealed class KilledException : Exception;

    public IObjectStore Inner => inner;

    /// <summary>Runs after every change.</summary>
    public Func<Task>? After { get; set; }

    /// <summary>Runs once, when a listing has given its first object.</summary>
    public Func<Task>? DuringListing { get; set; }

    /// <summary>Dies before the n-th change from now on, once; 0 for never.</summary>
    public void KillAt(int step) => (_steps, _killAt) = (0, step);

    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct) => inner.FindAsync(container, path, ct);

    public async IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
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

    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct) => inner.OpenReadAsync(container, path, ct);

    public Task<int> ReadRangeAsync(string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct) =>
        inner.ReadRangeAsync(container, path, offset, buffer, ifMatch, ct);

    public Task<ObjectInfo> WriteAsync(string container, string path, Stream content, WriteCondition condition, CancellationToken ct) =>
        StepAsync(() => inner.WriteAsync(container, path, content, condition, ct));

    public Task<bool> DeleteAsync(string container, string path, CancellationToken ct) => StepAsync(() => inner.DeleteAsync(container, path, ct));

    public string? LocalPath(string container, string path) => inner.LocalPath(container, path);

    private async Task<T> StepAsync<T>(Func<Task<T>> change)
    {
        if (_killAt > 0 && ++_steps >= _killAt)
        {
            // The dead change nothing; whoever comes next finds what they left.
            _killAt = 0;
            throw new KilledException();
        }

        var result = await change();
        if (After is { } look) await look();
        return result;
    }
}
