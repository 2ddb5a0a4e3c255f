using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>
/// Works on a partition of a stream's hub: reads events, applies the query, closes windows or sends partial rows to the shuffle. The hub's log
/// stands behind it: whatever a state lacks, because a host died, a stream was paused or has just begun, is read from there.
/// </summary>
internal sealed class InputWorker(ActiveStream stream, StreamPlace place, WorkerServices services, ILogger logger, int shuffleTargets)
    : StreamWorker(stream, place, services, logger)
{
    // More at a time costs memory, and all of it again should the commit fail.
    private const int MaxEventsAtOnce = 50_000;
    private const long MaxBytesAtOnce = 64L << 20;

    // A query over many events costs little more than over few, and so does a commit. What is not committed is read from the log again should
    // this host die, so neither need follow every delivery: the query runs where a window ends, or this long after it ran last; a commit
    // follows where somebody waits for what it gives, and now and then.
    private const int MaxUncommitted = 200_000;
    private static readonly TimeSpan StepInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(250);

    private EventIntake? _intake;
    private long _committedAt;
    private long _steppedAt;
    private long _bytes;
    private DateTimeOffset _arrivedAt;
    private int _flushing;

    private EventIntake Intake => _intake!;

    // Rows of events, and partial rows for the shuffle, are what somebody waits for.
    private bool GivesAtOnce => !Stream.Query.IsWindowed || Stream.Compiled.IsShuffled;

    /// <summary>Takes events as the hub's trigger delivers them, in order; those that are known already change nothing, and those
    /// that are missing before them are read from the log first.</summary>
    public Task ProcessAsync(IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken) => RunAsync(async warm =>
    {
        if (events.Count == 0)
            return;
        await CatchUpAsync(warm, events[0], cancellationToken);
        await TakeAsync(warm, events, cancellationToken);
    }, cancellationToken);

    /// <inheritdoc/>
    protected override Task LoadedAsync(WarmState warm, CancellationToken cancellationToken)
    {
        var time = Stream.Query.TimeColumn;
        _intake = new EventIntake(Stream.Spec, time == EventBatch.EnqueuedTimeColumn ? null : time, Stream.Definition.From, Stream.Query.ExpiresAt, Place.Partition, warm.State);
        _arrivedAt = warm.State.LastArrival;
        _bytes = 0;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task TickAsync(WarmState warm, bool isFirst, CancellationToken cancellationToken)
    {
        if (Intake.IsDirty)
            await StepAsync(warm, mustCommit: true, cancellationToken);
        var still = Services.Time.GetUtcNow() - warm.State.LastArrival;
        if (still < Stream.Spec.Watermark.Idle && !isFirst && Behind is null)
            return;
        // Events that wait in the log come before any passing of time.
        var caughtUp = await CatchUpAsync(warm, cancellationToken);
        if (caughtUp || still < Stream.Spec.Watermark.Idle)
            return;
        if (Stream.Compiled.IsShuffled && !warm.State.Idle)
        {
            var entries = new List<OutboxEntry>();
            await AddShuffleAsync(warm, entries, idle: true, cancellationToken);
            await CommitAsync(warm, entries, idle: true, warm.State.LastArrival, cancellationToken);
        }
        else if (!Stream.Compiled.IsShuffled && Stream.Query.IsWindowed && Intake.MaxEventTime is { } latest)
        {
            // Event time goes on with the clock from where it stood when events stopped. What nobody sees needs no commit.
            Intake.AdvanceTo(latest - Micros.Of(Stream.Spec.Watermark.Delay) + Micros.Of(still));
            if (await CloseAsync(warm, Intake.Watermark!.Value, latest, cancellationToken) is { } closed)
                await CommitAsync(warm, [closed], idle: true, warm.State.LastArrival, cancellationToken);
        }
    }

    private async Task TakeAsync(WarmState warm, IReadOnlyList<StreamEvent> events, CancellationToken cancellationToken)
    {
        EnsureRoom(warm);
        await RefreshReferencesAsync(warm, cancellationToken);
        _arrivedAt = Services.Time.GetUtcNow();
        for (var i = 0; i < events.Count; i++)
        {
            Intake.Take(events[i]);
            _bytes += events[i].Body.Length;
            if (!IsFull)
                continue;
            await StepAsync(warm, mustCommit: false, cancellationToken);
            EnsureRoom(warm);
        }
        if (!Intake.IsDirty)
            return;
        if (warm.State.Commit == 0 || Services.Time.GetElapsedTime(_steppedAt) >= StepInterval || EndsWindow(warm))
            await StepAsync(warm, mustCommit: false, cancellationToken);
        if (Intake.Batch.Count > 0 || (GivesAtOnce && Intake.IsDirty))
            FlushLater();
    }

    private bool IsFull => Intake.Batch.Count >= MaxEventsAtOnce || _bytes >= MaxBytesAtOnce;

    // Sessions and sliding windows may end at any time: they wait for the next step.
    private bool EndsWindow(WarmState warm) =>
        Stream.Query.Window is { Slide: > 0 } window && !Stream.Compiled.IsShuffled && Intake.Watermark is { } watermark && window.EndsBetween(warm.Task.ClosedTo, watermark);

    /// <summary>Applies the query to the events that were taken, and commits where there is a reason.</summary>
    private async Task StepAsync(WarmState warm, bool mustCommit, CancellationToken cancellationToken)
    {
        if (Intake.Batch.Count > 0)
            await ApplyAsync(warm, cancellationToken);
        _steppedAt = Services.Time.GetTimestamp();
        _bytes = 0;
        if (OldestToClose(warm) is { } oldest)
            Intake.CloseTo(oldest);
        var entries = new List<OutboxEntry>();
        if (!Stream.Query.IsWindowed)
            await AddRowsAsync(warm, entries, cancellationToken);
        else if (!Stream.Compiled.IsShuffled && Intake.Watermark is { } watermark && await CloseAsync(warm, watermark, Intake.MaxEventTime ?? watermark, cancellationToken) is { } closed)
            entries.Add(closed);
        await AddLateAsync(warm, entries, cancellationToken);
        await AddPoisonAsync(warm, entries, cancellationToken);
        if (!mustCommit && entries.Count == 0 && !IsCommitDue(warm))
        {
            Intake.ClearBatch();
            return;
        }
        if (Stream.Compiled.IsShuffled)
            await AddShuffleAsync(warm, entries, idle: false, cancellationToken);
        await CommitAsync(warm, entries, idle: false, _arrivedAt, cancellationToken);
    }

    private async Task ApplyAsync(WarmState warm, CancellationToken cancellationToken)
    {
        var mark = warm.Task.Mark;
        Intake.Applied(await warm.Task.ApplyAsync(Intake.Batch, cancellationToken));
        if (RejectsNewKeys(warm))
            Intake.CountDropped(warm.Task.RejectNewKeys(mark));
    }

    private bool IsCommitDue(WarmState warm) =>
        warm.State.Commit == 0 || Intake.Uncommitted >= MaxUncommitted || Services.Time.GetElapsedTime(_committedAt) >= (GivesAtOnce ? StepInterval : CommitInterval);

    // Where no further events come, those that were taken must not wait for the next tick.
    private void FlushLater()
    {
        if (Interlocked.Exchange(ref _flushing, 1) == 0)
            _ = FlushAsync();

        async Task FlushAsync()
        {
            await Task.Delay(StepInterval, Services.Time);
            Volatile.Write(ref _flushing, 0);
            try
            {
                await RunAsync(
                    warm => Intake.Batch.Count > 0 || (GivesAtOnce && Intake.IsDirty) ? StepAsync(warm, mustCommit: GivesAtOnce, CancellationToken.None) : Task.CompletedTask, CancellationToken.None);
            }
            catch (Exception e)
            {
                Logger.LogDebug(e, "Stream '{Stream}': events that were taken wait for the next delivery or tick", Stream.Name);
            }
        }
    }

    private Task CommitAsync(WarmState warm, List<OutboxEntry> entries, bool idle, DateTimeOffset arrival, CancellationToken cancellationToken)
    {
        var position = warm.State with
        {
            LastSequence = Intake.LastSequence,
            LastEnqueued = Intake.LastEnqueued,
            MaxEventTime = Intake.MaxEventTime,
            Watermark = Intake.Watermark,
            Counters = Intake.Counters,
            LastArrival = arrival,
            Idle = idle,
        };
        Intake.Clear();
        _committedAt = Services.Time.GetTimestamp();
        return CommitAsync(warm, position, entries, cancellationToken);
    }

    private async Task AddRowsAsync(WarmState warm, List<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        if (Intake.Batch.Count == 0)
            return;
        var file = NewFile(warm, "parquet");
        var rows = await warm.Task.WriteRowsAsync(file, cancellationToken);
        if (rows == 0)
            return;
        file = await Stream.Compiled.ScoreAsync(file, NewFile(warm, "parquet"), cancellationToken);
        entries.Add(await EntryAsync(warm, OutboxKind.Results, file, rows, OfEvents, cancellationToken));
    }

    // Every commit tells every partition of the shuffle something, if only how far time is.
    private async Task AddShuffleAsync(WarmState warm, List<OutboxEntry> entries, bool idle, CancellationToken cancellationToken)
    {
        var parts = await warm.Task.TakeShuffleAsync(shuffleTargets, Stream.Query.Shuffle(Stream.Spec.PartitionKey), cancellationToken);
        for (var target = 0; target < shuffleTargets; target++)
        {
            OutboxEntry Address(OutboxEntry entry) => entry with { Target = target, Watermark = Intake.Watermark, Idle = idle };
            if (parts.FirstOrDefault(p => p.Partition == target) is not { Parquet.Length: > 0 } part)
            {
                entries.Add(Address(new OutboxEntry(OutboxKind.Shuffle, warm.State.Commit + 1, null, 0)));
                continue;
            }
            var file = NewFile(warm, "parquet");
            await File.WriteAllBytesAsync(file, part.Parquet.ToArray(), cancellationToken);
            entries.Add(await EntryAsync(warm, OutboxKind.Shuffle, file, part.Rows, Address, cancellationToken));
        }
    }

    private async Task AddLateAsync(WarmState warm, List<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        if (Intake.Late.Count == 0)
            return;
        var file = NewFile(warm, "parquet");
        using var writer = await LateWriter.OpenAsync(Stream, warm.Folder, cancellationToken);
        var rows = await writer.WriteAsync(Intake.Late, file, cancellationToken);
        entries.Add(await EntryAsync(warm, OutboxKind.Late, file, rows, OfEvents, cancellationToken));
    }

    private OutboxEntry OfEvents(OutboxEntry entry) => entry with { EventTime = Intake.MaxEventTime ?? 0, Enqueued = Intake.LastEnqueued ?? 0 };

    private async Task AddPoisonAsync(WarmState warm, List<OutboxEntry> entries, CancellationToken cancellationToken)
    {
        if (Intake.Poison.Count == 0)
            return;
        var file = NewFile(warm, "jsonl");
        await using (var lines = new StreamWriter(file))
        {
            foreach (var poison in Intake.Poison.OrderBy(p => p.SequenceNumber))
                await lines.WriteLineAsync(JsonSerializer.Serialize(poison, Jobs.Responses.Json).AsMemory(), cancellationToken);
        }
        var first = Intake.Poison.Min(p => p.SequenceNumber);
        entries.Add(await EntryAsync(warm, OutboxKind.Poison, file, Intake.Poison.Count, e => e with { FirstSequence = first }, cancellationToken));
    }

    private async Task CatchUpAsync(WarmState warm, StreamEvent next, CancellationToken cancellationToken)
    {
        if (next.SequenceNumber <= Intake.LastSequence + 1)
            return;
        if (IsNew(warm) && Stream.Definition.From.Time is { } time && Micros.ToTime(next.Enqueued) < time)
            return; // It begins behind this one.
        await CatchUpAsync(warm, await Services.Log.RangeAsync(Stream.Spec.Hub, Place.Partition, cancellationToken), next.SequenceNumber - 1, cancellationToken);
    }

    /// <summary>Reads what the log has beyond the state.</summary>
    /// <returns>Whether there was anything.</returns>
    private async Task<bool> CatchUpAsync(WarmState warm, CancellationToken cancellationToken)
    {
        var range = await Services.Log.RangeAsync(Stream.Spec.Hub, Place.Partition, cancellationToken);
        warm.HubAlarm = range.Last >= range.First && range.Last < Intake.LastSequence ? OtherHub(range.Last) : null;
        return range.Last > Intake.LastSequence && await CatchUpAsync(warm, range, range.Last, cancellationToken);
    }

    private async Task<bool> CatchUpAsync(WarmState warm, LogRange range, long last, CancellationToken cancellationToken)
    {
        var isNew = IsNew(warm);
        var first = !isNew ? Intake.LastSequence + 1
            : Stream.Definition.From.Time is { } time ? await Services.Log.FirstSinceAsync(Stream.Spec.Hub, Place.Partition, time, cancellationToken)
            : range.First;
        if (first < range.First)
        {
            var lost = Math.Min(range.First - 1, last) - first + 1;
            Intake.Skip(first + lost - 1, lost);
            first += lost;
            LogLost(Stream.Name, Place.Partition, lost);
        }
        if (first > last)
            return false;
        await foreach (var events in Services.Log.ReadAsync(Stream.Spec.Hub, Place.Partition, first, last, cancellationToken))
            await TakeAsync(warm, events, cancellationToken);
        return true;
    }

    // Its sequence numbers have begun anew, and what was taken before looks the same as what was not.
    private StreamAlarm OtherHub(long last) => new(
        StreamAlarm.OtherHub,
        $"Partition {Place.Partition} of the hub '{Stream.Spec.Hub}' ends with event {last}, but event {Intake.LastSequence} was read before: the hub was removed and made again. Rewind the stream to the earliest event to read the new one.",
        Services.Time.GetUtcNow());

    private bool IsNew(WarmState warm) => warm.State.Commit == 0 && Intake is { LastSequence: < 0, BeginsAfter: null };

    private void LogLost(string stream, int partition, long lost) =>
        Logger.LogError("Stream '{Stream}': the hub had removed {Lost} events of partition {Partition} before they were read", stream, lost, partition);
}
