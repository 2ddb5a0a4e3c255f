using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Grid.Log;
using Pipeline.Grid.State;
using Pipeline.Storage;

namespace Pipeline.Grid.Scheduling;

/// <summary>The parts that hosts and units are divided into. How many there are is settled with the grid's first use: a host that moved
/// would be a stranger.</summary>
internal sealed class GridShards(IObjectStore store, GridSettings settings, GridWakeups wakeups, TimeProvider time, ILogger<GridShards> logger) : IAsyncDisposable
{
    /// <summary>Where the number of parts is kept.</summary>
    public const string CountPath = "shards";

    private readonly SemaphoreSlim _opening = new(1);
    private GridShard[]? _shards;

    /// <summary>The part that a host lives in.</summary>
    public async Task<GridShard> OfHostAsync(string hostId, CancellationToken cancellationToken)
    {
        var shards = await AllAsync(cancellationToken);
        return shards.Count == 1 ? shards[0] : shards[(int)(Hash(hostId) % (uint)shards.Count)];
    }

    public async Task<IReadOnlyList<GridShard>> AllAsync(CancellationToken cancellationToken)
    {
        if (_shards is { } open)
            return open;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _shards ??= await OpenAsync(cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Runs a command on every part.</summary>
    /// <param name="decide">The command; it is given the part's number and how many there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<T>> ExecuteAsync<T>(Func<GridTransaction, int, int, T> decide, CancellationToken cancellationToken)
    {
        var shards = await AllAsync(cancellationToken);
        return await Task.WhenAll(shards.Select((shard, number) => shard.ExecuteAsync(t => decide(t, number, shards.Count), cancellationToken)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in _shards ?? [])
            await shard.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<GridShard[]> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var wanted = Encoding.ASCII.GetBytes(settings.Shards.ToString(CultureInfo.InvariantCulture));
            await store.WriteAsync(GridFiles.Container, CountPath, new MemoryStream(wanted), WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            // It was settled before.
        }
        var text = Encoding.ASCII.GetString(await store.ReadAllAsync(GridFiles.Container, CountPath, cancellationToken));
        var count = int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        if (count != settings.Shards)
            logger.LogWarning("The grid has {Count} shards since its first use; the setting PipelineGridShards = {Wanted} is not looked at.", count, settings.Shards);
        return [.. Enumerable.Range(0, count).Select(n => new GridShard(new CommitLog(store, n.ToString("D2", CultureInfo.InvariantCulture)), settings, wakeups, time, logger))];
    }

    // FNV-1a: the same on every machine.
    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));
}
