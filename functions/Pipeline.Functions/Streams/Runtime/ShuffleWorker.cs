using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Works on a partition of the shuffle: brings together the partial rows of a stream's groups and closes their windows.</summary>
internal sealed class ShuffleWorker(ActiveStream stream, StreamPlace place, WorkerServices services, ILogger logger, int sources)
    : StreamWorker(stream, place, services, logger)
{
    private readonly Dictionary<int, SourceState> _sources = [];
    private StreamCounters _counters = new();

    /// <summary>Takes messages in their order in the hub. Those of commits that are known already change nothing, and those that are missing
    /// before them are read from the hub's log first.</summary>
    public Task ProcessAsync(IReadOnlyList<(StreamEvent Event, ShuffleMessage Message)> messages, CancellationToken cancellationToken) => RunAsync(async warm =>
    {
        if (LastBeforeGap(warm, messages) is { } known)
            await CatchUpAsync(warm, known + 1, messages[0].Event.SequenceNumber - 1, cancellationToken);
        await TakeAsync(warm, messages, cancellationToken);
    }, cancellationToken);

    /// <summary>A message as its stream's worker takes it; null for what is none.</summary>
    public static (StreamEvent Event, ShuffleMessage Message)? Read(StreamEvent received) =>
        ShuffleMessage.Decode(received.Body) is { } message ? (received, message) : null;

    /// <inheritdoc/>
    protected override Task LoadedAsync(WarmState warm, CancellationToken cancellationToken)
    {
        _sources.Clear();
        foreach (var (source, state) in warm.State.Sources)
            _sources[source] = state;
        _counters = warm.State.Counters;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task TickAsync(WarmState warm, bool isFirst, CancellationToken cancellationToken)
    {
        // A stream that could not go on when this host began may have left messages that were delivered.
        if (Behind is not null || (isFirst && warm.State.Alarms.Count > 0))
            await CatchUpAsync(warm, warm.State.LastSequence + 1, long.MaxValue, cancellationToken);
        // Where all senders are idle, event time goes on with the clock from where it stood when messages stopped.
        if (_sources.Count < sources || _sources.Values.Any(s => !s.Idle) || Latest() is not { } latest)
            return;
        var target = latest + Micros.Of(Services.Time.GetUtcNow() - warm.State.LastArrival);
        if (await CloseAsync(warm, target, latest, cancellationToken) is { } closed)
            await CommitAsync(warm, target, [closed], warm.State.LastSequence, warm.State.LastArrival, cancellationToken);
    }

    private async Task TakeAsync(WarmState warm, IReadOnlyList<(StreamEvent Event, ShuffleMessage Message)> messages, CancellationToken cancellationToken)
    {
        EnsureRoom(warm);
        var taken = new List<string>();
        var isDirty = false;
        foreach (var (received, message) in messages)
        {
            if (message.Reference is { } path)
                taken.Add(path);
            // A message is known by its sender's commit: a sender that crashed sends the same again under another sequence number.
            var known = _sources.GetValueOrDefault(message.Source);
            if (message.Commit <= (known?.Commit ?? 0))
                continue;
            isDirty = true;
            if (message.Commit > (known?.Commit ?? 0) + 1)
                CountLost(message, known);
            _counters = _counters with { Events = _counters.Events + 1 };
            if (message.Rows.Length > 0 || message.Reference is not null)
                await ApplyAsync(warm, message, cancellationToken);
            _sources[message.Source] = new SourceState(message.Commit, message.Watermark, message.Idle, received.SequenceNumber);
        }
        if (isDirty)
            await CommitAsync(warm, Watermark(warm), messages[^1].Event.SequenceNumber, Services.Time.GetUtcNow(), cancellationToken);
        foreach (var path in taken)
            await Services.Store.DeleteAsync(StateStore.Container, path, cancellationToken);
    }

    /// <summary>Reads this stream's messages from the hub's log.</summary>
    private async Task CatchUpAsync(WarmState warm, long first, long last, CancellationToken cancellationToken)
    {
        var range = await Services.Log.RangeAsync(Services.Shuffle.Hub, Place.Partition, cancellationToken);
        (first, last) = (Math.Max(first, range.First), Math.Min(last, range.Last));
        if (first > last)
            return;
        await foreach (var events in Services.Log.ReadAsync(Services.Shuffle.Hub, Place.Partition, first, last, cancellationToken))
        {
            var own = events.Select(Read).OfType<(StreamEvent Event, ShuffleMessage Message)>()
                .Where(m => m.Message.Stream == Place.Stream && m.Message.Generation == Place.Generation).ToList();
            if (own.Count > 0)
                await TakeAsync(warm, own, cancellationToken);
        }
    }

    /// <summary>The last message that was taken before one that is missing; null where none is.</summary>
    private long? LastBeforeGap(WarmState warm, IReadOnlyList<(StreamEvent Event, ShuffleMessage Message)> messages)
    {
        // What was delivered in vain comes first also where its senders have sent nothing since: they hold time back no longer.
        var last = Behind is null ? default(long?) : warm.State.LastSequence;
        var next = new Dictionary<int, long>();
        foreach (var (_, message) in messages)
        {
            var source = _sources.GetValueOrDefault(message.Source);
            var known = next.GetValueOrDefault(message.Source, source?.Commit ?? 0);
            if (message.Commit > known + 1)
                last = Math.Min(last ?? long.MaxValue, source?.Sequence ?? -1);
            next[message.Source] = Math.Max(known, message.Commit);
        }
        return last;
    }

    private async Task ApplyAsync(WarmState warm, ShuffleMessage message, CancellationToken cancellationToken)
    {
        var rows = message.Rows;
        if (message.Reference is { } path)
            rows = await Services.Store.ReadAllAsync(StateStore.Container, path, cancellationToken);
        var mark = warm.Task.Mark;
        var late = await warm.Task.ApplyPartialsAsync(rows, message.Source, cancellationToken);
        var rejected = RejectsNewKeys(warm) ? warm.Task.RejectNewKeys(mark) : 0;
        _counters = _counters with { Late = _counters.Late + late, Dropped = _counters.Dropped + late + rejected };
    }

    private async Task CommitAsync(WarmState warm, long? watermark, long sequence, DateTimeOffset arrival, CancellationToken cancellationToken)
    {
        if (OldestToClose(warm) is { } oldest && (watermark is null || oldest > watermark))
            watermark = oldest;
        var entries = new List<OutboxEntry>();
        if (watermark is { } closing && await CloseAsync(warm, closing, Latest() ?? closing, cancellationToken) is { } closed)
            entries.Add(closed);
        await CommitAsync(warm, watermark, entries, sequence, arrival, cancellationToken);
    }

    private Task CommitAsync(WarmState warm, long? watermark, List<OutboxEntry> entries, long sequence, DateTimeOffset arrival, CancellationToken cancellationToken) =>
        CommitAsync(warm, warm.State with
        {
            LastSequence = Math.Max(sequence, warm.State.LastSequence),
            MaxEventTime = Latest() ?? warm.State.MaxEventTime,
            Watermark = watermark ?? warm.State.Watermark,
            Sources = new Dictionary<int, SourceState>(_sources),
            Counters = _counters,
            LastArrival = arrival,
        }, entries, cancellationToken);

    // The least of those that are not idle. One that has not been heard yet may still bring anything.
    private long? Watermark(WarmState warm)
    {
        var active = _sources.Values.Where(s => !s.Idle).ToList();
        var now = warm.State.Watermark;
        if (_sources.Count < sources || active.Exists(s => s.Watermark is null))
            return now;
        var least = active.Count > 0 ? active.Min(s => s.Watermark) : Latest();
        return least is null || now > least ? now : least;
    }

    private long? Latest() => _sources.Values.Max(s => s.Watermark);

    private void CountLost(ShuffleMessage message, SourceState? known)
    {
        var lost = message.Commit - (known?.Commit ?? 0) - 1;
        _counters = _counters with { Lost = _counters.Lost + lost };
        Logger.LogError(
            "Stream '{Stream}': {Lost} messages of input partition {Source} to shuffle partition {Partition} are missing", Stream.Name, lost, message.Source, Place.Partition);
    }
}
