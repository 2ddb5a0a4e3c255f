using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// Runs a query over the events of one partition, or over the partial results that a shuffle brings together. Warm and in memory: it
/// knows nothing of storage or hubs, and writes its state to the files that it is given. Not safe for use by two threads at a time;
/// all work is done on the calling thread before a method returns.
/// </summary>
/// <remarks>
/// Results do not depend on how events are cut into batches, nor on being restored, with one exception: sums, averages and variances
/// of floating-point values may differ in their last bits, because addition then happens in another order. The difference is at most
/// n times the machine epsilon (2.2e-16) times the sum of the values' magnitudes, for n values. Sums of BIGINT and DECIMAL are exact.
/// </remarks>
public sealed class StreamTask : IDisposable
{
    private const string Scan = SplitNames.Prefix + "scan";

    private readonly DuckDbSession _session;
    private readonly EventScan _scan;
    private readonly StreamTaskOptions _options;
    private readonly WindowState? _state;
    private readonly WindowCloser? _closer;
    private readonly EventDeduplicator? _deduplicator;
    private readonly StateFiles _files;
    private readonly RowOutput? _rows;
    private readonly PreparedSql? _writeClosed;
    private PreparedSql? _shuffle;
    private string? _shuffleHash;
    private readonly int _timeColumn;

    private StreamTask(StreamQuery query, StreamTaskOptions options, DuckDbSession session)
    {
        (Query, _options, _session) = (query, options, session);
        IReadOnlyList<EventColumnSchema> columns =
            [.. query.Source.Columns, new(EventBatch.EnqueuedTimeColumn, EventColumnType.Timestamp), new(EventBatch.SequenceNumberColumn, EventColumnType.BigInt)];
        _timeColumn = IndexOf(columns, query.TimeColumn);
        session.PlanWithoutStatistics();
        _scan = EventScan.Register(session, Scan, columns);
        session.Execute($"CREATE VIEW {SqlText.Name(StreamSource.Table)} AS SELECT * FROM {Scan}()");
        foreach (var reference in query.References)
        {
            session.LoadTable(reference, []);
        }

        if (options.Deduplicate is { } deduplicate)
        {
            _deduplicator = new EventDeduplicator([.. deduplicate.By.Select(c => IndexOf(columns, c))], _timeColumn, Micros.Of(deduplicate.Within));
            session.Execute($"CREATE TABLE {EventDeduplicator.Table} AS {SqlText.EmptySelect(EventDeduplicator.Columns)}");
        }

        session.Confine([.. options.OtherFolders.Prepend(options.Folder).Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)) + Path.DirectorySeparatorChar)]);
        if (query.Window is { } window)
        {
            _state = new WindowState(session, query.Plan, window, FileOf("delta"));
            _closer = new WindowCloser(session, query.Plan, window, _state);
            _writeClosed = session.PrepareResult(_closer.RowsSql, query.Result, FileOf("closed"));
        }
        else
        {
            _rows = new RowOutput(session, query.Plan, options.Folder);
        }

        _files = new StateFiles(session, _state, _deduplicator, FileOf("delta"));
    }

    /// <summary>What it runs.</summary>
    public StreamQuery Query { get; }

    /// <summary>How far windows have been given out for good. Keep it with the state.</summary>
    public StreamPosition Position => _state?.Position ?? StreamPosition.Start;

    /// <summary>The watermark by which windows were closed last, in microseconds since 1970-01-01 UTC; <see cref="long.MinValue"/> for none.</summary>
    public long ClosedTo => _state?.Closed.Watermark ?? long.MinValue;

    /// <summary>How much it remembers.</summary>
    /// <param name="maxKeys">How many keys there may be: counting is exact where there are more.</param>
    public StreamStateSize Measure(long maxKeys) => new(
        _state?.CountKeys(maxKeys) ?? 0,
        _deduplicator?.Count ?? 0,
        _session.Read("SELECT CAST(coalesce(sum(memory_usage_bytes), 0) AS BIGINT) FROM duckdb_memory()", reader => reader.Read() ? reader.GetInt64(0) : 0));

    /// <summary>Opens a task without state.</summary>
    /// <param name="query">What to run.</param>
    /// <param name="options">Where to run it.</param>
    /// <param name="cancellationToken">Stops opening.</param>
    /// <exception cref="ArgumentException">A column to deduplicate by is unknown.</exception>
    public static Task<StreamTask> OpenAsync(StreamQuery query, StreamTaskOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var session = DuckDbSession.Open(new DuckDbSessionOptions { MemoryLimitBytes = options.MemoryLimitBytes, TempDirectory = options.Folder });
        try
        {
            return Task.FromResult(new StreamTask(query, options, session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Reads a reference table, in place of what it held. Until then it is empty.</summary>
    /// <param name="table">Its name in the query; a table that the query does not name is left out.</param>
    /// <param name="files">Its Parquet files, within the task's folders.</param>
    /// <param name="cancellationToken">Stops before reading.</param>
    public Task SetReferenceAsync(string table, IReadOnlyList<ParquetFile> files, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Query.References.FirstOrDefault(r => string.Equals(r.Name, table, StringComparison.OrdinalIgnoreCase)) is { } schema)
        {
            _session.LoadTable(schema, files);
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes in events: their partial results join the state, or a row-wise query's rows those that are pending.</summary>
    /// <param name="batch">The events, in the order of their partition and after all before. Late ones must be taken out.</param>
    /// <param name="cancellationToken">Interrupts the work; events may then be half taken in, and the task must be thrown away.</param>
    /// <returns>The duplicates that were dropped, and the events over which the query failed.</returns>
    public Task<ApplyOutcome> ApplyAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var (selection, count) = _deduplicator is null ? (null, batch.Count) : _deduplicator.Select(batch);
        var refused = new List<RefusedEvent>();
        try
        {
            if (count > 0)
            {
                Apply(batch, selection, 0, count, refused, cancellationToken);
            }
        }
        finally
        {
            _scan.Release();
        }

        return Task.FromResult(new ApplyOutcome(batch.Count - count, refused));
    }

    /// <summary>Takes in partial results from another task's <see cref="TakeShuffleAsync"/>.</summary>
    /// <param name="parquet">The rows.</param>
    /// <param name="source">The partition that they come from; those of one partition must come in order.</param>
    /// <param name="cancellationToken">Stops before the work.</param>
    /// <returns>Rows that were left out because their windows are forgotten: their partition was taken for idle.</returns>
    public async Task<long> ApplyPartialsAsync(ReadOnlyMemory<byte> parquet, int source, CancellationToken cancellationToken)
    {
        var file = FileOf("partials");
        await using (var stream = new FileStream(file, FileMode.Create, FileAccess.Write))
        {
            await stream.WriteAsync(parquet, cancellationToken);
        }

        return Windowed().AppendFile(file, source);
    }

    /// <summary>Takes the partial results out, cut into parts for the partitions of a shuffle. What is left of the state is for deduplication.</summary>
    /// <param name="partitions">How many partitions there are.</param>
    /// <param name="by">By what they are brought together: see <see cref="StreamQuery.Shuffle"/>.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The parts that have rows, by their partitions.</returns>
    public async Task<IReadOnlyList<ShufflePart>> TakeShuffleAsync(int partitions, ShuffleBy by, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var state = Windowed();
        var plan = Query.Plan.Windowed!;
        if (state.Rows == 0)
        {
            return [];
        }

        var hash = ShuffleHash.Of(plan, by, partitions) ?? "0";
        if (_shuffle is null || hash != _shuffleHash)
        {
            _shuffle?.Dispose();
            var columns = string.Join(", ", plan.StateColumns.Select(c => c.Name));
            _shuffle = _session.PrepareExact($"SELECT {columns} FROM {WindowSql.State} WHERE {hash} = $1 ORDER BY {WindowSql.Batch}", plan.StateColumns, FileOf("shuffle"));
            _shuffleHash = hash;
        }

        var present = _session.Read($"SELECT DISTINCT CAST({hash} AS INTEGER) FROM {WindowSql.State} ORDER BY 1", reader =>
        {
            var numbers = new List<int>();
            while (reader.Read()) numbers.Add(reader.GetInt32(0));
            return numbers;
        });
        var parts = new List<ShufflePart>();
        foreach (var partition in present)
        {
            var rows = _shuffle.Run(cancellationToken, partition);
            parts.Add(new ShufflePart(partition, await File.ReadAllBytesAsync(FileOf("shuffle"), cancellationToken), rows));
        }

        state.Clear();
        return parts;
    }

    /// <summary>Writes what was taken in since the last delta or snapshot.</summary>
    /// <param name="path">The file, within the task's folders.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The rows; with none there is no file.</returns>
    public Task<long> WriteDeltaAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _files.WriteDeltaAsync(path, cancellationToken);
    }

    /// <summary>Writes all that is remembered, merged.</summary>
    /// <param name="path">The file, within the task's folders.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The rows; with none there is no file.</returns>
    public Task<long> WriteSnapshotAsync(string path, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _files.WriteSnapshotAsync(path, cancellationToken);
    }

    /// <summary>Remembers what another task wrote. The task must be new.</summary>
    /// <param name="files">One snapshot and the deltas after it, or deltas alone, in the order in which they were written.</param>
    /// <param name="position">The <see cref="Position"/> that was kept with them.</param>
    /// <param name="cancellationToken">Stops before reading.</param>
    public Task RestoreAsync(IReadOnlyList<string> files, StreamPosition position, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _files.Restore(files, position);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Closes the windows that are complete by a watermark and were not given out for good before, and again those that were corrected since. Their
    /// rows can be had with <see cref="WriteClosedAsync"/> until the next call. Windows come again at every call until
    /// <see cref="Confirm"/>.
    /// </summary>
    /// <remarks>
    /// A commit goes so: take in events, close, write the delta and commit it with <see cref="Position"/> and the watermark, publish, confirm. After a
    /// restart: restore with that position, close by that watermark, publish and confirm before taking in more events; then a window
    /// comes with the revision that it had.
    /// </remarks>
    /// <param name="watermark">The watermark, in microseconds since 1970-01-01 UTC; an earlier one than the last counts as the last.</param>
    /// <param name="cancellationToken">Stops before the work.</param>
    public Task<WindowResults> CloseAsync(long watermark, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Windowed();
        return Task.FromResult(_closer!.Close(watermark, cancellationToken));
    }

    /// <summary>Writes rows of the windows that were closed last into Parquet for people and other programs.</summary>
    /// <param name="path">The file, within the task's folders.</param>
    /// <param name="firstRow">The place of the first one: <see cref="WindowResult.FirstRow"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The rows.</returns>
    public Task<long> WriteClosedAsync(string path, long firstRow, long count, CancellationToken cancellationToken)
    {
        Windowed();
        var rows = _writeClosed!.Run(cancellationToken, firstRow, firstRow + count);
        File.Move(FileOf("closed"), path, overwrite: true);
        return Task.FromResult(rows);
    }

    /// <summary>Takes the pending rows of a row-wise query, in the order of the events, into Parquet for people and other programs.</summary>
    /// <param name="path">The file, within the task's folders.</param>
    /// <param name="cancellationToken">Interrupts the work.</param>
    /// <returns>The rows; with none there is no file.</returns>
    public Task<long> WriteRowsAsync(string path, CancellationToken cancellationToken) => RowWise().TakeAsync(path, cancellationToken);

    /// <summary>
    /// Says that what was closed has been given out for good. <see cref="Position"/> moves, and windows that can no longer be corrected may be
    /// forgotten; memory is given back when states are merged next.
    /// </summary>
    /// <param name="horizon">The watermark less the allowed lateness; beyond what has been closed nothing is forgotten.</param>
    public void Confirm(long horizon) => _state?.Confirm(horizon);

    /// <summary>Marks a place to come back to with <see cref="RejectNewKeys"/>.</summary>
    public long Mark => _state?.Batch ?? 0;

    /// <summary>Takes out again what was taken in since a mark for keys that were not known then.</summary>
    /// <param name="mark">A <see cref="Mark"/>.</param>
    /// <returns>How many groups were taken out.</returns>
    public long RejectNewKeys(long mark) => _state?.RejectNewKeys(mark) ?? 0;

    /// <summary>The watermark that completes the oldest windows, so many that a share of the state can go; null where there is no state.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    public long? CompletionOf(double share) => _state?.CompletionOf(Math.Clamp(share, 0, 1));

    /// <summary>Merges the state where it has more rows than a limit, so that memory follows the keys and not the events. Everything must
    /// have been written with <see cref="WriteDeltaAsync"/>.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="forgets">Whether windows were closed for good, so that there is something to forget.</param>
    public void Compact(long limit, bool forgets) => _state?.MergeOver(limit, forgets);

    /// <inheritdoc/>
    public void Dispose()
    {
        _state?.Dispose();
        _closer?.Dispose();
        _rows?.Dispose();
        _writeClosed?.Dispose();
        _shuffle?.Dispose();
        _session.Dispose();
        _scan.Dispose();
    }

    /// <summary>Where a statement fails over some events, halves find which: the others count.</summary>
    private void Apply(EventBatch batch, int[]? selection, int from, int to, List<RefusedEvent> refused, CancellationToken cancellationToken)
    {
        _scan.Use(batch, selection, from, to);
        try
        {
            if (_state is { } state)
            {
                state.Append(EarliestExpiry(batch, selection, from, to), cancellationToken);
            }
            else
            {
                _rows!.Append(cancellationToken);
            }
        }
        catch (SqlExecutionException e) when (!e.MayHeal)
        {
            if (to - from == 1)
            {
                refused.Add(new RefusedEvent(selection?[from] ?? from, e.Message));
                return;
            }

            var middle = from + ((to - from) / 2);
            Apply(batch, selection, from, middle, refused, cancellationToken);
            Apply(batch, selection, middle, to, refused, cancellationToken);
        }
    }

    private long EarliestExpiry(EventBatch batch, int[]? selection, int from, int to)
    {
        var times = batch.All[_timeColumn].Values<long>();
        var least = long.MaxValue;
        for (var i = from; i < to; i++)
        {
            least = Math.Min(least, times[selection is null ? i : selection[i]]);
        }

        return Query.Window!.ExpiresAt(least);
    }

    private RowOutput RowWise() => _rows ?? throw new InvalidOperationException("The query has windows: close them with CloseAsync.");

    private WindowState Windowed() => _state ?? throw new InvalidOperationException("The query has no windows: read its rows with WriteRowsAsync.");

    private string FileOf(string name) => Path.Combine(_options.Folder, string.Create(CultureInfo.InvariantCulture, $"{name}.parquet"));

    private static int IndexOf(IReadOnlyList<EventColumnSchema> columns, string name)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            if (string.Equals(columns[i].Name, name, StringComparison.OrdinalIgnoreCase)) return i;
        }

        throw new ArgumentException($"The stream has no column {name}.{NearestName.Hint(name, columns.Select(c => c.Name))}", nameof(name));
    }
}
