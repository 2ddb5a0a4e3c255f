using Microsoft.Extensions.Logging;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>
/// Works on one place of a stream on this host: keeps its state warm, commits it, and sends what commits leave. One call at a time. Whatever
/// fails before a commit makes it forget what it has in memory and begin again from the last commit.
/// </summary>
internal abstract class StreamWorker : IAsyncDisposable
{
    // Past either, one snapshot costs less than another delta.
    private const int MaxDeltas = 64;
    private const int MaxInlineBytes = 256 * 1024;

    // What is kept for reading.
    private const int MaxResults = 64;
    private const int MaxResultWindows = 1_000;
    private const long MaxResultBytes = 16 * 1024 * 1024;

    // A state that is kept below its limit by closing windows is over it only for moments.
    private static readonly TimeSpan AlarmLasts = TimeSpan.FromMinutes(1);

    // The tick tries again sooner, but it may be another host that has it.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    // Deleting costs as much as writing, so it is done for many at a time.
    private const int GarbageAtOnce = 32;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<string> _garbage = [];
    private WarmState? _warm;
    private long _behindAt;
    private bool _retired;

    /// <summary>Makes a worker, which has nothing in memory yet.</summary>
    protected StreamWorker(ActiveStream stream, StreamPlace place, WorkerServices services, ILogger logger)
    {
        Stream = stream;
        Place = place;
        Services = services;
        Logger = logger;
        Publisher = new OutboxPublisher(stream, place, services);
    }

    /// <summary>The stream, at one version of its definition.</summary>
    public ActiveStream Stream { get; }

    /// <summary>What it works on.</summary>
    public StreamPlace Place { get; }

    /// <summary>When it worked last, by the clock's timestamp.</summary>
    public long UsedAt { get; private set; }

    /// <summary>Why something that was delivered is not in the state yet; null where all is.</summary>
    public Exception? Behind { get; private set; }

    /// <summary>Whether it fell behind so lately that it should not be tried again yet.</summary>
    public bool IsResting => Behind is not null && Services.Time.GetElapsedTime(_behindAt) < Rest;

    /// <summary>What all workers share.</summary>
    protected WorkerServices Services { get; }

    /// <summary>Where it tells what it does.</summary>
    protected ILogger Logger { get; }

    private OutboxPublisher Publisher { get; }

    /// <summary>Lets time go on where no events come, and sends what could not be sent.</summary>
    /// <param name="isFirst">Whether the stream has just begun, or gone on, on this host: it may have missed something.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was anything to commit.</returns>
    public async Task<bool> TickAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var committed = false;
        await RunAsync(async warm =>
        {
            var before = warm.State.Commit;
            await TickAsync(warm, isFirst, cancellationToken);
            if ((warm.HasSent && warm.Unsent.Count == 0) || warm.HasOtherAlarms)
                await CommitAsync(warm, warm.State, [], cancellationToken);
            await CollectGarbageAsync(0, cancellationToken);
            committed = warm.State.Commit != before;
        }, cancellationToken);
        return committed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _retired = true;
        Drop();
        _turn.Release();
    }

    /// <summary>Runs some work on the state. Where it fails, <see cref="Behind"/> says why until some work succeeds.</summary>
    protected async Task RunAsync(Func<WarmState, Task> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            UsedAt = Services.Time.GetTimestamp();
            if (_retired)
                throw new StreamFencedException($"Stream '{Place.Stream}' has changed: another worker has taken over {Place.Origin(0).Place} on this host.");
            await TryAsync(work, cancellationToken);
            Behind = null;
        }
        catch (Exception e)
        {
            (Behind, _behindAt) = (e, Services.Time.GetTimestamp());
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What a tick does beyond sending.</summary>
    protected abstract Task TickAsync(WarmState warm, bool isFirst, CancellationToken cancellationToken);

    /// <summary>Sets up what the stage has beside the rows.</summary>
    protected abstract Task LoadedAsync(WarmState warm, CancellationToken cancellationToken);

    /// <summary>Closes the windows that are complete by a watermark, and leaves their rows to be sent.</summary>
    /// <returns>The rows; null where there are none.</returns>
    protected async Task<OutboxEntry?> CloseAsync(WarmState warm, long watermark, long eventTime, CancellationToken cancellationToken)
    {
        var closed = await warm.Task.CloseAsync(watermark, cancellationToken);
        var (windows, firstRow) = Whole(warm, closed.Windows);
        var file = NewFile(warm, "parquet");
        if (windows.Count > 0)
        {
            await warm.Task.WriteClosedAsync(file, firstRow, closed.Rows - firstRow, cancellationToken);
            file = await Stream.Compiled.ScoreAsync(file, NewFile(warm, "parquet"), cancellationToken);
        }
        // The commit that follows gives them out; should it fail, all of this is forgotten.
        warm.Task.Confirm(OldestToClose(warm) is null ? watermark - Micros.Of(Stream.Spec.Late.Allowed) : watermark);
        return windows.Count == 0 ? null : await EntryAsync(warm, OutboxKind.Results, file, closed.Rows - firstRow, e => e with { Windows = windows, EventTime = eventTime }, cancellationToken);
    }

    /// <summary>Keeps a local file as something that the next commit leaves to be sent.</summary>
    protected async Task<OutboxEntry> EntryAsync(
        WarmState warm, OutboxKind kind, string file, long rows, Func<OutboxEntry, OutboxEntry> more, CancellationToken cancellationToken)
    {
        var commit = warm.State.Commit + 1;
        var blob = await Services.States.PutAsync(Place, $"{commit:D12}-{kind.ToString().ToLowerInvariant()}", file, kind == OutboxKind.Results ? 0 : MaxInlineBytes, cancellationToken);
        var entry = more(new OutboxEntry(kind, commit, blob, rows));
        warm.Keep(entry, file);
        return entry;
    }

    /// <summary>Commits: position and rows, and what is to be sent. Then sends it.</summary>
    /// <param name="warm">The state in memory.</param>
    /// <param name="position">The last commit with its position moved on; all else is filled in here.</param>
    /// <param name="fresh">What this commit leaves to be sent.</param>
    /// <param name="cancellationToken">Gives up; the work is done again from the last commit.</param>
    protected async Task CommitAsync(WarmState warm, PartitionState position, IReadOnlyList<OutboxEntry> fresh, CancellationToken cancellationToken)
    {
        // Noting what was sent is no commit of its own: those who get partial rows count on a message for each number.
        var isNote = ReferenceEquals(position, warm.State) && fresh.Count == 0;
        var number = warm.State.Commit + (isNote ? 0 : 1);
        var now = Services.Time.GetUtcNow();
        var (snapshot, deltas) = await KeepRowsAsync(warm, number, cancellationToken);
        var size = warm.Task.Measure(Stream.Spec.State.MaxKeys);
        var keys = size.Keys + size.DeduplicationKeys;
        var fullAt = IsFull(warm) || keys > Stream.Spec.State.MaxKeys ? now : warm.State.FullAt;
        var next = position with
        {
            Commit = number,
            CommittedAt = now,
            Snapshot = snapshot,
            Deltas = deltas,
            Outbox = [.. warm.Unsent, .. fresh],
            Results = Latest([.. warm.State.Results, .. fresh.Where(e => e.Kind == OutboxKind.Results).Select(e => new KeptResult(number, e.Blob!, e.Rows, e.Windows))]),
            Rate = position.Rate.At(now, position.Counters.Events),
            Position = warm.Task.Position,
            Keys = keys,
            Bytes = size.Bytes,
            FullAt = fullAt,
            Alarms = Alarms(warm, position, (keys, size.Bytes), fullAt, now),
        };
        var etag = await Services.States.SaveAsync(Place, next, warm.ETag, cancellationToken);
        _garbage.AddRange(warm.State.Files().Except(next.Files()));
        warm.Committed(next, etag);
        await PublishAsync(warm, cancellationToken);
        await CollectGarbageAsync(GarbageAtOnce, cancellationToken);
    }

    /// <summary>Takes nothing more where the state is full and the policy is to wait.</summary>
    /// <exception cref="StreamFullException">It is so.</exception>
    protected void EnsureRoom(WarmState warm)
    {
        if (Stream.Spec.State.WhenFull == FullStatePolicy.Pause && IsFull(warm))
            throw new StreamFullException(FullText(warm.State.Keys, warm.State.Bytes));
    }

    /// <summary>Whether the state is full and takes no further keys.</summary>
    protected bool RejectsNewKeys(WarmState warm) => Stream.Spec.State.WhenFull == FullStatePolicy.RejectNewKeys && IsFull(warm);

    /// <summary>The watermark that closes the oldest windows of a full state, if that is its policy; otherwise null.</summary>
    protected long? OldestToClose(WarmState warm)
    {
        if (Stream.Spec.State.WhenFull != FullStatePolicy.CloseOldest || !IsFull(warm))
            return null;
        // A tenth more than need be, so that it is not full again at once.
        var share = 1 - 0.9 * Stream.Spec.State.MaxKeys / warm.State.Keys;
        return warm.Task.CompletionOf(share);
    }

    private bool IsFull(WarmState warm) => warm.State.Keys > Stream.Spec.State.MaxKeys;

    /// <summary>A name for a local file that is on its way.</summary>
    protected static string NewFile(WarmState warm, string extension) => warm.Folder.File($"{Guid.NewGuid():N}.{extension}");

    /// <summary>Brings the reference tables up to date. One that cannot be read stays as it was, with an alarm.</summary>
    protected async Task RefreshReferencesAsync(WarmState warm, CancellationToken cancellationToken)
    {
        warm.ReferenceAlarm = null;
        foreach (var table in Stream.Query.References)
        {
            var dataset = Stream.Spec.Tables.First(t => t.Key.Equals(table.Name, StringComparison.OrdinalIgnoreCase)).Value;
            try
            {
                var (version, file) = await Services.References.GetAsync(table, dataset, cancellationToken);
                if (warm.References.GetValueOrDefault(table.Name) == version)
                    continue;
                await warm.Task.SetReferenceAsync(table.Name, [new ParquetFile(file)], cancellationToken);
                warm.References[table.Name] = version;
            }
            catch (StorageException e) when (warm.References.ContainsKey(table.Name))
            {
                warm.ReferenceAlarm = new StreamAlarm(StreamAlarm.ReferenceStale, $"The reference table '{table.Name}' cannot be read again and stays as it was: {e.Message}", Services.Time.GetUtcNow());
            }
        }
    }

    // A replay from a time has not all events of the windows that began before it: what was published of them stays.
    private static (List<OutputWindow> Windows, long FirstRow) Whole(WarmState warm, IReadOnlyList<WindowResult> closed)
    {
        var whole = closed.SkipWhile(w => w.Start < warm.ReplayedSince).ToList();
        var firstRow = whole.Count > 0 ? whole[0].FirstRow : 0;
        return ([.. whole.Select(w => new OutputWindow(w.Start, w.End, (int)w.Revision, w.FirstRow - firstRow, checked((int)w.Rows)))], firstRow);
    }

    private async Task<WarmState> LoadAsync(CancellationToken cancellationToken)
    {
        var (state, etag) = await Services.States.LoadAsync(Place, cancellationToken);
        if (state.Commit == 0)
        {
            // The state of an earlier generation is removed when the next one begins: it must not come into being again.
            if ((await Services.Definitions.FindAsync(Place.Stream, cancellationToken))?.Definition.Generation != Place.Generation)
                throw new StreamFencedException($"Stream '{Place.Stream}' was changed, replayed or removed: its generation {Place.Generation} has ended.");
            state = state with { LastArrival = Stream.Definition.UpdatedAt };
        }
        var folder = TaskFolder.Create();
        StreamTask? task = null;
        try
        {
            task = await StreamTask.OpenAsync(Stream.Query, TaskOptions(folder), cancellationToken);
            var warm = new WarmState(state, etag, task, folder) { ReplayedSince = await ReplayStart.SinceAsync(Stream, Place, Services.Log, cancellationToken) };
            await RefreshReferencesAsync(warm, cancellationToken);
            var files = new List<string>();
            foreach (var blob in new[] { state.Snapshot }.Concat(state.Deltas).OfType<StateBlob>())
                files.Add(await Services.States.CopyAsync(blob, folder, cancellationToken));
            await task.RestoreAsync(files, state.Position, cancellationToken);
            files.ForEach(File.Delete);
            if (state.Commit == 0 && Stream.Definition.IsReplay)
                await Publisher.ResetAsync(warm.ReplayedSince, new StateFence(Services.States, Place, etag), cancellationToken);
            await Services.States.SweepAsync(Place, state, cancellationToken);
            await LoadedAsync(warm, cancellationToken);
            return warm;
        }
        catch
        {
            task?.Dispose();
            folder.Dispose();
            throw;
        }
    }

    // What an earlier attempt left to be sent goes first. A state that another host has taken is read again, once: the caller's next attempt comes
    // with a pause.
    private async Task TryAsync(Func<WarmState, Task> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var warm = _warm ??= await LoadAsync(cancellationToken);
                await PublishAsync(warm, cancellationToken);
                await work(warm);
                return;
            }
            catch (Exception e) when (attempt == 1 && e is StreamFencedException or ObjectNotFoundException)
            {
                // Another host has committed, and has perhaps removed what the state read here refers to.
                Logger.LogWarning("Another host has committed {Place} of stream '{Stream}'; reading its state again", Place.Origin(0).Place, Place.Stream);
                Drop();
            }
            catch (Exception e) when (e is not SinkFailedException and not StreamFullException)
            {
                Drop();
                if (e is not StreamFencedException && !cancellationToken.IsCancellationRequested)
                    await TellAsync(e is SqlMemoryException ? StreamAlarm.OutOfMemory : StreamAlarm.Failing, e.Message, cancellationToken);
                throw;
            }
        }
    }

    private async Task PublishAsync(WarmState warm, CancellationToken cancellationToken)
    {
        try
        {
            await Publisher.PublishAsync(warm, new StateFence(Services.States, Place, warm.ETag), cancellationToken);
            warm.SinkAlarm = null;
        }
        catch (SinkFailedException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Shown at once: until the sink works again there is no other commit.
            var isNew = warm.SinkAlarm is null;
            warm.SinkAlarm ??= new StreamAlarm(StreamAlarm.SinkFailing, e.Message, Services.Time.GetUtcNow());
            if (isNew && warm.State.Alarms.All(a => a.Kind != StreamAlarm.SinkFailing))
            {
                var state = warm.State with { Alarms = [.. warm.State.Alarms, warm.SinkAlarm] };
                warm.Committed(state, await Services.States.SaveAsync(Place, state, warm.ETag, cancellationToken));
            }
            throw;
        }
    }

    // Where there is no other commit that could show it.
    private async Task TellAsync(string kind, string reason, CancellationToken cancellationToken)
    {
        try
        {
            var (state, etag) = await Services.States.LoadAsync(Place, cancellationToken);
            if (state.Alarms.Any(a => a.Kind == kind))
                return;
            var alarm = new StreamAlarm(kind, $"Partition {Place.Origin(0).Place} cannot go on and tries again; the hub keeps its events. {reason}", Services.Time.GetUtcNow());
            await Services.States.SaveAsync(Place, state with { Alarms = [.. state.Alarms, alarm] }, etag, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Another host has the partition, and with it the matter; or it is the store that fails, and the log says so.
            Logger.LogDebug(e, "Stream '{Stream}': an alarm could not be noted", Stream.Name);
        }
    }

    // Deltas are cheap to add and dear to read back; a snapshot is the opposite.
    private async Task<(StateBlob? Snapshot, IReadOnlyList<StateBlob> Deltas)> KeepRowsAsync(WarmState warm, long commit, CancellationToken cancellationToken)
    {
        var state = warm.State;
        var delta = NewFile(warm, "parquet");
        var added = await warm.Task.WriteDeltaAsync(delta, cancellationToken);
        warm.Task.Compact(Stream.Spec.State.MaxKeys, forgets: Stream.Spec.State.WhenFull == FullStatePolicy.CloseOldest && IsFull(warm));
        if (added == 0)
            return (state.Snapshot, state.Deltas);
        var inline = state.Deltas.Sum(d => d.InlineBytes) + (state.Snapshot?.InlineBytes ?? 0);
        var bytes = state.Deltas.Sum(d => d.Bytes);
        if (state.Deltas.Count < MaxDeltas && inline < MaxInlineBytes && bytes <= Math.Max(state.Snapshot?.Bytes ?? 0, 1 << 20))
        {
            var blob = await Services.States.PutAsync(Place, $"{commit:D12}-delta", delta, MaxInlineBytes - inline, cancellationToken);
            File.Delete(delta);
            return (state.Snapshot, [.. state.Deltas, blob]);
        }
        var snapshot = NewFile(warm, "parquet");
        File.Delete(delta);
        if (await warm.Task.WriteSnapshotAsync(snapshot, cancellationToken) == 0)
            return (null, []);
        var whole = await Services.States.PutAsync(Place, $"{commit:D12}-snapshot", snapshot, MaxInlineBytes / 4, cancellationToken);
        File.Delete(snapshot);
        return (whole, []);
    }

    private List<StreamAlarm> Alarms(WarmState warm, PartitionState position, (long Keys, long Bytes) size, DateTimeOffset? fullAt, DateTimeOffset now)
    {
        var alarms = new List<StreamAlarm>();
        if (now - fullAt < AlarmLasts)
            alarms.Add(Since(StreamAlarm.StateFull, FullText(Math.Max(size.Keys, warm.State.Keys), size.Bytes)));
        if (position.Counters.Lost > 0)
            alarms.Add(Since(StreamAlarm.EventsLost, $"The hub had removed {position.Counters.Lost} events before they were read. Keep its events longer, or read faster."));
        alarms.AddRange(warm.OwnAlarms);
        return alarms;

        StreamAlarm Since(string kind, string message) =>
            new(kind, message, warm.State.Alarms.FirstOrDefault(a => a.Kind == kind)?.Since ?? now);
    }

    private string FullText(long keys, long bytes)
    {
        var full = $"Partition {Place.Origin(0).Place} holds {keys} open keys and windows ({ByteSize.Format(bytes)}); the limit is {Stream.Spec.State.MaxKeys}.";
        return Stream.Spec.State.WhenFull switch
        {
            FullStatePolicy.Pause => $"{full} It takes no more events, and the hub keeps them. Raise state.maxKeys, or put a query with fewer keys or shorter windows.",
            FullStatePolicy.RejectNewKeys => $"{full} Events of further keys are dropped. Raise state.maxKeys, or put a query with fewer keys or shorter windows.",
            _ => $"{full} The oldest windows are closed before their time. Raise state.maxKeys, or put a query with fewer keys or shorter windows.",
        };
    }

    private static List<KeptResult> Latest(List<KeptResult> results)
    {
        var (first, windows, bytes) = (results.Count, 0, 0L);
        while (first > 0 && results.Count - first < MaxResults)
        {
            var next = results[first - 1];
            windows += next.Windows?.Count ?? 0;
            bytes += next.Blob.Bytes;
            if (first < results.Count && (windows > MaxResultWindows || bytes > MaxResultBytes))
                break;
            first--;
        }
        return results[first..];
    }

    private async Task CollectGarbageAsync(int atLeast, CancellationToken cancellationToken)
    {
        if (_garbage.Count <= atLeast)
            return;
        await Services.States.RemoveAsync(_garbage, cancellationToken);
        _garbage.Clear();
    }

    private StreamTaskOptions TaskOptions(TaskFolder folder) => new()
    {
        Folder = folder.Path,
        OtherFolders = [Services.References.Folder],
        Deduplicate = Place.Stage == StreamStage.Input ? Stream.Spec.Deduplicate : null,
    };

    private void Drop()
    {
        _warm?.Dispose();
        _warm = null;
    }
}
