using System.Globalization;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// What a windowed query remembers: a table of states, one row a group and pane and batch, appended to by every batch and merged now and
/// then. Rows know the batch that they came with (what a delta holds), their source (the order of events across partitions) and the
/// correction that they are, if their window had been given out.
/// </summary>
internal sealed class WindowState : IDisposable
{
    /// <summary>Merging is not worth it for fewer rows.</summary>
    private const long FewRows = 20_000;

    private const string Partials = SplitNames.Prefix + "partials";

    /// <summary>Room for 2^44 batches of each source.</summary>
    private const int SourceShift = 44;

    private const string PaneStep = "1152921504606846976"; // 2^60

    private static readonly string Arrival = $"((CAST({WindowSql.Source} AS BIGINT) << {SqlText.Number(SourceShift)}) + {WindowSql.Batch})";

    private readonly DuckDbSession _session;
    private readonly WindowedPlan _plan;
    private readonly WindowSql _sql;
    private readonly PreparedSql _append;
    private readonly string _columns;
    private readonly PreparedSql _delta;
    private readonly long _quarter;
    private (long Rows, long Keys, long Horizon) _counted;
    private long _delivered;
    private long _mergedRows;

    /// <param name="session">Where it lives.</param>
    /// <param name="plan">The query.</param>
    /// <param name="window">Its window.</param>
    /// <param name="deltaFile">Where deltas are written.</param>
    public WindowState(DuckDbSession session, StreamPlan plan, StreamWindow window, string deltaFile)
    {
        (_session, _plan) = (session, plan.Windowed!);
        _sql = new WindowSql(_plan, window);
        _quarter = window.Size / 4;
        Columns = [.. _plan.StateColumns, new(WindowSql.Source, "INTEGER"), new(WindowSql.Batch, "BIGINT"), new(WindowSql.Revision, "BIGINT")];
        _columns = string.Join(", ", Columns.Select(c => c.Name));
        session.Execute($"CREATE TABLE {WindowSql.State} AS {SqlText.EmptySelect(Columns)}");
        _append = session.Prepare(Append($"({plan.PartialSql})", "0"));
        _delta = session.PrepareExact($"SELECT {_columns} FROM {WindowSql.State} WHERE {WindowSql.Batch} > $1", Columns, deltaFile);
    }

    /// <summary>The columns of a state as it is kept in files.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>The SQL over the states.</summary>
    public WindowSql Sql => _sql;

    /// <summary>How far windows have been given out for good.</summary>
    public StreamPosition Position { get; private set; } = StreamPosition.Start;

    /// <summary>The watermark up to which windows have been closed, and the last correction then; perhaps not yet given out for good.</summary>
    public (long Watermark, long Revision) Closed { get; set; } = (long.MinValue, 0);

    /// <summary>The number of the last correction.</summary>
    public long Revision { get; private set; }

    /// <summary>Rows of the table, not merged.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that are not in files.</summary>
    public long Undelivered { get; private set; }

    /// <summary>The number of the batch that was appended last.</summary>
    public long Batch { get; private set; }

    /// <summary>Appends the partial results of the events that the scan reads.</summary>
    /// <param name="earliestExpiry">The least <see cref="StreamWindow.ExpiresAt"/> among them.</param>
    /// <param name="cancellationToken">Interrupts the statement; nothing is appended then.</param>
    public void Append(long earliestExpiry, CancellationToken cancellationToken)
    {
        var isCorrection = earliestExpiry <= Closed.Watermark;
        Appended(_append.Run(cancellationToken, Batch + 1, Closed.Watermark, Revision + 1), isCorrection);
    }

    /// <summary>Appends partial results that came from another task.</summary>
    /// <param name="file">The Parquet file.</param>
    /// <param name="source">The partition that they came from.</param>
    /// <returns>Rows that were left out, because their windows are forgotten.</returns>
    public long AppendFile(string file, int source)
    {
        var decoded = string.Join(", ", _plan.StateColumns.Select(c => $"CAST({c.Name} AS {c.Type}) AS {c.Name}"));
        _session.Execute($"CREATE OR REPLACE TABLE {Partials} AS SELECT {decoded} FROM read_parquet({SqlText.Literal(file)}, hive_partitioning = false)");
        var horizon = SqlText.Number(Position.Horizon);
        var (all, kept, earliest) = _session.Read(
            $"SELECT count(*), count(*) FILTER ({_sql.ExpiresAt} > {horizon}), coalesce(min({_sql.ExpiresAt}), {SqlText.Number(long.MaxValue)}) FROM {Partials}",
            reader => reader.Read() ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default);
        var rows = kept == all ? Partials : $"(SELECT * FROM {Partials} WHERE {_sql.ExpiresAt} > {horizon})";
        var statement = Append(rows, SqlText.Number(source))
            .Replace("$1", SqlText.Number(Batch + 1), StringComparison.Ordinal)
            .Replace("$2", SqlText.Number(Closed.Watermark), StringComparison.Ordinal)
            .Replace("$3", SqlText.Number(Revision + 1), StringComparison.Ordinal);
        _session.Execute(statement);
        _session.Execute($"DROP TABLE {Partials}");
        Appended(kept, earliest <= Closed.Watermark);
        return all - kept;
    }

    /// <summary>The rows that were appended since the last delta: a query for a file.</summary>
    public string DeltaSql => $"SELECT {_columns} FROM {WindowSql.State} WHERE {WindowSql.Batch} > {SqlText.Number(_delivered)}";

    /// <summary>All rows: a query for a file.</summary>
    public string SnapshotSql => $"SELECT {_columns} FROM {WindowSql.State}";

    /// <summary>Writes the rows that were appended since the last delta into its file.</summary>
    public long WriteDelta(CancellationToken cancellationToken) => _delta.Run(cancellationToken, _delivered);

    /// <summary>Says that all rows are in files.</summary>
    public void Deliver() => (_delivered, Undelivered) = (Batch, 0);

    /// <summary>Reads rows back.</summary>
    /// <param name="readSql">A query over files that gives <see cref="Columns"/>.</param>
    /// <param name="position">How far windows had been given out.</param>
    public void Restore(string readSql, StreamPosition position)
    {
        _session.Execute($"INSERT INTO {WindowSql.State} SELECT {_columns} FROM ({readSql})");
        (Batch, Revision, Rows) = _session.Read(
            $"SELECT coalesce(max({WindowSql.Batch}), 0), coalesce(max({WindowSql.Revision}), 0), count(*) FROM {WindowSql.State}",
            reader => reader.Read() ? (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : default);
        Position = position;
        Closed = (position.Watermark, position.Revision);
        Revision = Math.Max(Revision, position.Revision);
        Deliver();
        Merge();
    }

    /// <summary>Makes what is closed the position; what was complete by the horizon may go.</summary>
    public void Confirm(long horizon) =>
        Position = new StreamPosition(Closed.Watermark, Closed.Revision, Math.Max(Position.Horizon, Math.Min(horizon, Closed.Watermark)));

    /// <summary>Merges the rows that are in files, if there are many more than groups.</summary>
    public void MergeIfWorthwhile()
    {
        if (Rows > FewRows && Rows > 2 * _mergedRows)
        {
            Merge();
        }
    }

    /// <summary>Merges the rows of each group and pane, and lets those go whose windows are forgotten.</summary>
    public void Merge()
    {
        const string Merged = WindowSql.State + "_merged";
        var delivered = SqlText.Number(_delivered);
        var old = _sql.Alive($"(SELECT * FROM {WindowSql.State} WHERE {WindowSql.Batch} <= {delivered})", Position.Horizon);
        var recent = $"SELECT {_columns} FROM {WindowSql.State} WHERE {WindowSql.Batch} > {delivered}";
        _session.Execute($"CREATE TABLE {Merged} AS {MergeSql(old)} UNION ALL {recent}");
        _session.Execute($"DROP TABLE {WindowSql.State}; ALTER TABLE {Merged} RENAME TO {WindowSql.State}");
        Rows = _mergedRows = _session.Read($"SELECT count(*) FROM {WindowSql.State}", reader => reader.Read() ? reader.GetInt64(0) : 0);
    }

    /// <summary>How many different keys and panes are not forgotten. A row that came since they were counted counts where it might pass a limit; they are
    /// counted again where that makes a difference.</summary>
    /// <param name="limit">The limit.</param>
    public long CountKeys(long limit)
    {
        var (rows, keys, horizon) = _counted;
        var isOld = Rows < rows || Rows > rows + rows / 4 || (Position.Horizon != horizon && Rows <= FewRows) || (Int128)Position.Horizon - horizon > _quarter;
        if (isOld || (keys <= limit && keys + Rows - rows > limit))
        {
            var columns = string.Join(", ", _plan.Keys.Append(_plan.Pane));
            keys = Rows == 0 ? 0 : _session.Read($"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {_sql.Open(Position.Horizon)})", reader => reader.Read() ? reader.GetInt64(0) : 0);
            _counted = (Rows, keys, Position.Horizon);
        }

        return keys;
    }

    /// <summary>Takes the rows of later batches out whose keys were not there before.</summary>
    /// <param name="batch">The last batch of before.</param>
    /// <returns>How many rows.</returns>
    public long RejectNewKeys(long batch)
    {
        if (_plan.Keys.Count == 0)
        {
            return 0;
        }

        var before = SqlText.Number(batch);
        var same = string.Join(" AND ", _plan.Keys.Select(k => $"known.{k} IS NOT DISTINCT FROM fresh.{k}"));
        var removed = _session.Read(
            $"DELETE FROM {WindowSql.State} WHERE rowid IN (SELECT fresh.rowid FROM {WindowSql.State} fresh WHERE fresh.{WindowSql.Batch} > {before} "
            + $"AND NOT EXISTS (SELECT 1 FROM {WindowSql.State} known WHERE known.{WindowSql.Batch} <= {before} AND {same})) RETURNING 1",
            reader =>
            {
                var rows = 0L;
                while (reader.Read()) rows++;
                return rows;
            });
        Rows -= removed;
        Undelivered -= removed;
        return removed;
    }

    /// <summary>The watermark that completes a share of the rows, the oldest ones; null where there are none.</summary>
    public long? CompletionOf(double share) => _session.Read(
        $"SELECT quantile_disc({_sql.CompleteAt}, {share.ToString("R", CultureInfo.InvariantCulture)}) FROM {WindowSql.State}",
        reader => reader.Read() && !reader.IsDBNull(0) ? reader.GetInt64(0) : default(long?));

    /// <summary>Merges rows where they are more than a limit, unless there is little to merge and nothing to forget.</summary>
    public void MergeOver(long limit, bool forgets)
    {
        if (Rows > limit && (forgets || Rows > _mergedRows + _mergedRows / 10))
        {
            Merge();
        }
    }

    /// <summary>Takes all rows away.</summary>
    public void Clear()
    {
        _session.Execute($"TRUNCATE {WindowSql.State}");
        Rows = _mergedRows = 0;
        Deliver();
    }

    public void Dispose()
    {
        _append.Dispose();
        _delta.Dispose();
    }

    /// <summary>Rows with the column by which the states of a group and pane are merged in the order of their events.</summary>
    public static string Ordered(string rows) => $"(SELECT *, {Arrival} AS {SplitNames.Order} FROM {rows})";

    /// <summary>
    /// Rows with the column by which the states of a window are merged: in the order of its panes, and within a pane in that of events. For that
    /// of events alone, states would have to know each event.
    /// </summary>
    public string OrderedByPanes(string rows) => _plan.IsOrdered ? $"(SELECT *, CAST({_plan.Pane} AS HUGEINT) * {PaneStep} + {Arrival} AS {SplitNames.Order} FROM {rows})" : $"(SELECT *, 0 AS {SplitNames.Order} FROM {rows})";

    /// <summary>
    /// Merges rows. Those of corrections that were not given out stay by themselves, so that what was given out can still be told; and
    /// where order matters, so do those of different sources.
    /// </summary>
    private string MergeSql(string rows)
    {
        var keys = _plan.StateColumns.Select(c => c.Name).Where(n => n == _plan.Pane || _plan.Keys.Contains(n) || _plan.FinerKeys.Contains(n)).ToList();
        var bounds = _plan.StateColumns.Where(c => c.Name is WindowedPlan.First or WindowedPlan.Last)
            .Select(c => $"{(c.Name == WindowedPlan.First ? "min" : "max")}({c.Name}) AS {c.Name}");
        var items = keys.Concat(bounds).Concat(_plan.Merges)
            .Append($"CAST(min({WindowSql.Source}) AS INTEGER) AS {WindowSql.Source}")
            .Append($"min({WindowSql.Batch}) AS {WindowSql.Batch}")
            .Append($"max({WindowSql.Revision}) AS {WindowSql.Revision}");
        var groups = keys.Append($"greatest({WindowSql.Revision}, {SqlText.Number(Position.Revision)})");
        if (_plan.IsOrdered)
        {
            groups = groups.Append(WindowSql.Source);
        }

        return $"SELECT {string.Join(", ", items)} FROM {Ordered(rows)} GROUP BY {string.Join(", ", groups)}";
    }

    private string Append(string rows, string source) =>
        $"INSERT INTO {WindowSql.State} SELECT *, {source}, CAST($1 AS BIGINT), CASE WHEN {_sql.ExpiresAt} <= CAST($2 AS BIGINT) THEN CAST($3 AS BIGINT) ELSE 0 END FROM {rows}";

    private void Appended(long rows, bool isCorrection)
    {
        Rows += rows;
        Undelivered += rows;
        Batch++;
        if (isCorrection)
        {
            Revision++;
        }
    }
}
