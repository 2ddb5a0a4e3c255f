namespace Pipeline.Training;

/// <summary>Writes blobs while a worker computes on: one at a time and in order, so that a worker is never more than one ahead of what is
/// kept of it.</summary>
internal sealed class WriteBehind(Meter meter) : IAsyncDisposable
{
    private Task<long> _writing = Task.FromResult(0L);

    /// <summary>Begins to write what comes next, once the one before is there.</summary>
    /// <param name="write">Writes, and tells how many bytes others may read.</param>
    public async Task AddAsync(Func<Task<long>> write)
    {
        await EndAsync();
        _writing = Task.Run(write);
    }

    /// <summary>Waits for what was begun.</summary>
    public async Task EndAsync()
    {
        meter.BytesSent += await meter.ExchangeAsync(() => _writing);
        _writing = Task.FromResult(0L);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ((Task)_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
