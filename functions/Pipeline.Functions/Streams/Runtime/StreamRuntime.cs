using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>Hands events to the streams that read them, and keeps the workers of their partitions warm.</summary>
public sealed partial class StreamRuntime : IAsyncDisposable
{
    // Each holds a database in memory.
    private const int MaxWarm = 256;
    private const int ParallelTicks = 8;

    // Places that work on other hosts are looked at now and then: theirs may have died.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<StreamPlace, StreamWorker> _workers = new();
    private readonly ConcurrentDictionary<StreamPlace, (string ETag, long At)> _looks = new();

    private readonly StreamCatalog _catalog;
    private readonly WorkerServices _services;
    private readonly ILogger _logger;

    internal StreamRuntime(StreamCatalog catalog, WorkerServices services, ILogger<StreamRuntime> logger) =>
        (_catalog, _services, _logger) = (catalog, services, logger);

    /// <summary>Gives the events of a hub's partition to every stream on that hub. One that cannot take them, because its sink is down or its
    /// state is full, does not hold up the others: it reads them from the log later. Where all cannot, this fails, and the hub delivers
    /// the events again.</summary>
    public async Task ProcessAsync(string hub, int partition, IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        var streams = (await _catalog.StreamsAsync(cancellationToken))
            .Where(s => s.Definition.Status == StreamStatus.Running && s.Spec.Hub.Equals(hub, StringComparison.OrdinalIgnoreCase)).ToList();
        var faults = await Task.WhenAll(streams.Select(stream => TryProcessAsync(stream, partition, events, isAlone: streams.Count == 1, cancellationToken)));
        if (streams.Count > 0 && Array.TrueForAll(faults, fault => fault is not null))
            ExceptionDispatchInfo.Throw(faults[0]!);
        await TrimAsync();
    }

    /// <summary>Gives the messages of a partition of the shuffle hub to the streams that they belong to. One that cannot take them does not hold up the
    /// others: it reads them from the log later. Where no stream can go on, this fails, and the hub delivers the messages again.</summary>
    public async Task ShuffleAsync(int partition, IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        var groups = events.Select(ShuffleWorker.Read).OfType<(StreamEvent Event, ShuffleMessage Message)>().GroupBy(m => m.Message.Stream, StringComparer.Ordinal).ToList();
        var others = (await _catalog.StreamsAsync(cancellationToken)).Where(s => s.Compiled.IsShuffled).Select(s => s.Name).Except(groups.Select(g => g.Key)).ToList();
        var isAlone = groups.Count == 1 && others.Count == 0;
        var faults = await Task.WhenAll(groups.Select(group => TryShuffleAsync(group.Key, partition, [.. group], isAlone, cancellationToken)));
        if (groups.Count > 0 && others.Count == 0 && Array.TrueForAll(faults, fault => fault is not null))
            ExceptionDispatchInfo.Throw(faults[0]!);
        await TrimAsync();
    }

    /// <summary>Lets time go on for all streams: closes windows of partitions without events, sends what could not be sent, and reads what a
    /// stream has missed while it was paused or no host had it.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        var running = (await _catalog.StreamsAsync(cancellationToken)).Where(s => s.Definition.Status == StreamStatus.Running).ToList();
        await RetireAsync(running);
        var due = new List<(ActiveStream Stream, StreamPlace Place, bool IsWarm, bool IsFirst)>();
        foreach (var stream in running)
        {
            try
            {
                due.AddRange(await DueAsync(stream, cancellationToken));
            }
            catch (EventHubException e)
            {
                LogHub(e, stream.Spec.Hub, stream.Name);
            }
        }
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = ParallelTicks, CancellationToken = cancellationToken }, async (item, token) =>
        {
            try
            {
                await TickAsync(item.Stream, item.Place, item.IsWarm, item.IsFirst, token);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                // Its events, or the next tick, bring it up again; the others must not wait for that.
                LogTick(e, item.Place.Stream, item.Place.Origin(0).Place);
            }
        });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values)
            await worker.DisposeAsync();
        _workers.Clear();
    }

    private async Task<Exception?> TryProcessAsync(ActiveStream stream, int partition, IReadOnlyList<StreamEvent> events, bool isAlone, CancellationToken cancellationToken)
    {
        var worker = await InputAsync(stream, partition, cancellationToken);
        if (!isAlone && worker.IsResting)
            return worker.Behind;
        try
        {
            await worker.ProcessAsync(events, cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogBehind(e, partition, stream.Name);
            return e;
        }
    }

    private async Task<Exception?> TryShuffleAsync(
        string name, int partition, IReadOnlyList<(StreamEvent Event, ShuffleMessage Message)> messages, bool isAlone, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindAsync(name, messages.Max(m => m.Message.Generation), cancellationToken) is not { } stream)
                return null; // It was deleted, and its messages with it.
            var own = messages.Where(m => m.Message.Generation == stream.Definition.Generation).ToList();
            if (own.Count == 0)
                return null;
            var worker = await ShuffleWorkerAsync(stream, partition, cancellationToken);
            if (!isAlone && worker.IsResting)
                return worker.Behind;
            await worker.ProcessAsync(own, cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogBehind(e, partition, name);
            return e;
        }
    }

    private async Task<List<(ActiveStream Stream, StreamPlace Place, bool IsWarm, bool IsFirst)>> DueAsync(ActiveStream stream, CancellationToken cancellationToken)
    {
        var inputs = await _services.Log.CountPartitionsAsync(stream.Spec.Hub, cancellationToken);
        var places = Enumerable.Range(0, inputs).Select(p => stream.Place(StreamStage.Input, p))
            .Concat(Enumerable.Range(0, stream.Compiled.IsShuffled ? stream.Definition.ShufflePartitions : 0).Select(p => stream.Place(StreamStage.Shuffle, p)));
        var due = new List<(ActiveStream, StreamPlace, bool, bool)>();
        foreach (var place in places)
        {
            var look = _looks.GetValueOrDefault(place);
            var isFirst = look.ETag != stream.ETag;
            var isWarm = _workers.ContainsKey(place);
            if (isFirst || isWarm || _services.Time.GetElapsedTime(look.At) >= LookInterval)
                due.Add((stream, place, isWarm, isFirst));
        }
        return due;
    }

    private async Task TickAsync(ActiveStream stream, StreamPlace place, bool isWarm, bool isFirst, CancellationToken cancellationToken)
    {
        var worker = place.Stage == StreamStage.Input
            ? (StreamWorker)await InputAsync(stream, place.Partition, cancellationToken)
            : await ShuffleWorkerAsync(stream, place.Partition, cancellationToken);
        var commits = await worker.TickAsync(isFirst, cancellationToken);
        _looks[place] = (stream.ETag, _services.Time.GetTimestamp());
        // It may well be at home on another host: no reason to keep it here.
        if (!isWarm && !commits && _workers.TryRemove(new KeyValuePair<StreamPlace, StreamWorker>(place, worker)))
            await worker.DisposeAsync();
    }

    private async Task<ActiveStream?> FindAsync(string name, int generation, CancellationToken cancellationToken)
    {
        var found = (await _catalog.StreamsAsync(cancellationToken)).FirstOrDefault(s => s.Name == name);
        if (found is null || found.Definition.Generation < generation)
        {
            // Its sender may know of it a moment earlier than this host.
            _catalog.Invalidate();
            found = (await _catalog.StreamsAsync(cancellationToken)).FirstOrDefault(s => s.Name == name);
        }
        return found ?? (_catalog.FaultOf(name) is { } fault ? throw new InvalidOperationException($"Stream '{name}' cannot run: {fault}") : null);
    }

    private async Task<InputWorker> InputAsync(ActiveStream stream, int partition, CancellationToken cancellationToken) =>
        (InputWorker)await WorkerAsync(stream, stream.Place(StreamStage.Input, partition), place =>
            Task.FromResult<StreamWorker>(new InputWorker(stream, place, _services, _logger, stream.Definition.ShufflePartitions)));

    private async Task<ShuffleWorker> ShuffleWorkerAsync(ActiveStream stream, int partition, CancellationToken cancellationToken) =>
        (ShuffleWorker)await WorkerAsync(stream, stream.Place(StreamStage.Shuffle, partition), async place =>
            new ShuffleWorker(stream, place, _services, _logger, await _services.Log.CountPartitionsAsync(stream.Spec.Hub, cancellationToken)));

    private async Task<StreamWorker> WorkerAsync(ActiveStream stream, StreamPlace place, Func<StreamPlace, Task<StreamWorker>> make)
    {
        while (true)
        {
            if (_workers.TryGetValue(place, out var worker))
            {
                if (worker.Stream.ETag == stream.ETag)
                    return worker;
                // The definition has changed: the new version begins where the old one has committed.
                if (_workers.TryRemove(new KeyValuePair<StreamPlace, StreamWorker>(place, worker)))
                    await worker.DisposeAsync();
            }
            _workers.TryAdd(place, await make(place));
        }
    }

    private async Task RetireAsync(IReadOnlyList<ActiveStream> running)
    {
        var generations = running.Select(s => (s.Name, s.Definition.Generation)).ToHashSet();
        foreach (var (place, worker) in _workers)
        {
            if (!generations.Contains((place.Stream, place.Generation)) && _workers.TryRemove(new KeyValuePair<StreamPlace, StreamWorker>(place, worker)))
                await worker.DisposeAsync();
        }
        foreach (var place in _looks.Keys.Where(p => !generations.Contains((p.Stream, p.Generation))))
            _looks.TryRemove(place, out _);
    }

    private async Task TrimAsync()
    {
        if (_workers.Count <= MaxWarm)
            return;
        foreach (var (place, worker) in _workers.OrderBy(w => w.Value.UsedAt).Take(_workers.Count - MaxWarm))
        {
            if (_workers.TryRemove(new KeyValuePair<StreamPlace, StreamWorker>(place, worker)))
                await worker.DisposeAsync();
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "Partition {Partition} of stream '{Stream}' did not take its events; trying again")]
    private partial void LogBehind(Exception error, int partition, string stream);

    [LoggerMessage(3, LogLevel.Warning, "The hub '{Hub}' of stream '{Stream}' cannot be asked; trying again")]
    private partial void LogHub(Exception error, string hub, string stream);

    [LoggerMessage(1, LogLevel.Warning, "{Place} of stream '{Stream}' could not go on; trying again")]
    private partial void LogTick(Exception error, string stream, string place);
}
