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
    private readonly ConcurrentDictionary<string, int> _partitions = new(StringComparer.OrdinalIgnoreCase);

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

    /// <summary>Gives the messages of a partition of the shuffle hub to the streams that they belong to.</summary>
    public async Task ShuffleAsync(int partition, IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        var messages = events.Select(e => (Event: e, Message: ShuffleMessage.Decode(e.Body))).Where(m => m.Message is not null).ToList();
        var work = messages.GroupBy(m => m.Message!.Stream, StringComparer.Ordinal).Select(async group =>
        {
            if (await FindAsync(group.Key, group.Max(m => m.Message!.Generation), cancellationToken) is not { } stream)
                return; // It was deleted, and its messages with it.
            var own = group.Where(m => m.Message!.Generation == stream.Definition.Generation).Select(m => (m.Event, m.Message!)).ToList();
            if (own.Count > 0)
                await (await ShuffleWorkerAsync(stream, partition, cancellationToken)).ProcessAsync(own, cancellationToken);
        });
        await Task.WhenAll(work);
        await TrimAsync();
    }

    /// <summary>Lets time go on for all streams: closes windows of partitions without events, sends what could not be sent, and reads what a
    /// stream has missed while it was paused or no host had it.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        var streams = await _catalog.StreamsAsync(cancellationToken);
        await RetireAsync(streams);
        var due = new List<(ActiveStream Stream, StreamPlace Place, bool IsWarm, bool IsFirst)>();
        foreach (var stream in streams.Where(s => s.Definition.Status == StreamStatus.Running))
        {
            var inputs = await PartitionsAsync(stream.Spec.Hub, cancellationToken);
            var places = Enumerable.Range(0, inputs).Select(p => stream.Place(StreamStage.Input, p))
                .Concat(Enumerable.Range(0, stream.Compiled.IsShuffled ? stream.Definition.ShufflePartitions : 0).Select(p => stream.Place(StreamStage.Shuffle, p)));
            foreach (var place in places)
            {
                var look = _looks.GetValueOrDefault(place);
                var isFirst = look.ETag != stream.ETag;
                var isWarm = _workers.ContainsKey(place);
                if (isFirst || isWarm || _services.Time.GetElapsedTime(look.At) >= LookInterval)
                    due.Add((stream, place, isWarm, isFirst));
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
        if (!isAlone && worker.Behind is { } known)
            return known; // The next tick tries again.
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
            new ShuffleWorker(stream, place, _services, _logger, await PartitionsAsync(stream.Spec.Hub, cancellationToken)));

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

    private async Task<int> PartitionsAsync(string hub, CancellationToken cancellationToken) =>
        _partitions.TryGetValue(hub, out var known) ? known : _partitions[hub] = await _services.Log.CountPartitionsAsync(hub, cancellationToken);

    private async Task RetireAsync(IReadOnlyList<ActiveStream> streams)
    {
        var generations = streams.Select(s => (s.Name, s.Definition.Generation)).ToHashSet();
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

    [LoggerMessage(1, LogLevel.Warning, "{Place} of stream '{Stream}' could not go on; trying again")]
    private partial void LogTick(Exception error, string stream, string place);
}
