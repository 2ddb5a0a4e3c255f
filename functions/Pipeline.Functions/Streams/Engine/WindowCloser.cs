using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Turns the states of windows that are due into rows of the result.</summary>
internal sealed class WindowCloser : IDisposable
{
    /// <summary>The rows of the windows that were closed last: their window, and the result's columns by position.</summary>
    public const string Closed = SplitNames.Prefix + "closed";

    private const string Units = SplitNames.Prefix + "units";
    private const string Row = SplitNames.Prefix + "row";
    private const string Rows = SplitNames.Prefix + "n";

    private readonly DuckDbSession _session;
    private readonly WindowState _state;
    private readonly StreamWindow _window;
    private readonly string _block;
    private readonly string _select;
    private readonly string _names;
    private readonly PreparedSql _due;
    private readonly PreparedSql _final;
    private readonly PreparedSql _units;
    private readonly PreparedSql _clearBlock;
    private readonly PreparedSql _clearClosed;
    private readonly PreparedSql _clearUnits;
    private bool _isEmpty = true;

    public WindowCloser(DuckDbSession session, StreamPlan plan, StreamWindow window, WindowState state)
    {
        (_session, _state, _window) = (session, state, window);
        var windowed = plan.Windowed!;
        _block = windowed.Block;
        _select = string.Join(", ", windowed.BlockColumns.Select(c => c.Name).Select(c =>
            c == windowed.Pane ? $"make_timestamp({WindowSql.Start}) AS {c}"
            : c == windowed.EndColumn ? $"make_timestamp({WindowSql.End}) AS {c}" : c));
        _names = string.Join(", ", plan.Result.Select((_, i) => SplitNames.Column(i)));
        IReadOnlyList<ColumnSchema> unit = [new(WindowSql.Start, "BIGINT"), new(WindowSql.End, "BIGINT"), new(WindowSql.Revision, "BIGINT")];
        Create(_block, [.. windowed.BlockColumns, new(SplitNames.Order, "HUGEINT"), .. unit]);
        Create(Closed, [new(Row, "BIGINT"), unit[0], unit[1], .. plan.Result.Select((c, i) => new ColumnSchema(SplitNames.Column(i), c.Type))]);
        Create(Units, [.. unit, new(Rows, "BIGINT")]);
        _due = session.Prepare(InsertBlock(state.Sql.Due));
        _final = session.Prepare($"INSERT INTO {Closed} SELECT row_number() OVER () - 1, epoch_us({WindowMarkers.Start}), epoch_us({WindowMarkers.End}), {_names} FROM ({windowed.FinalSql})");
        _units = session.Prepare(
            $"INSERT INTO {Units} SELECT b.*, coalesce(c.{Rows}, 0) FROM (SELECT {WindowSql.Start}, {WindowSql.End}, max({WindowSql.Revision}) FROM {_block} GROUP BY ALL) b "
            + $"LEFT JOIN (SELECT {WindowSql.Start}, {WindowSql.End}, count(*) AS {Rows} FROM {Closed} GROUP BY ALL) c USING ({WindowSql.Start}, {WindowSql.End})");
        (_clearBlock, _clearClosed, _clearUnits) = (session.Prepare($"TRUNCATE {_block}"), session.Prepare($"TRUNCATE {Closed}"), session.Prepare($"TRUNCATE {Units}"));
    }

    /// <summary>The rows of closed windows from $1 on and before $2: a query that gives the result's columns by position.</summary>
    public string RowsSql => $"SELECT {_names} FROM {Closed} WHERE {Row} >= $1 AND {Row} < $2 ORDER BY {Row}";

    /// <summary>Closes the windows that are complete by a watermark, and again those that have been corrected.</summary>
    public WindowResults Close(long watermark, CancellationToken cancellationToken)
    {
        var last = _state.Position;
        var corrected = _state.Revision > last.Revision;
        watermark = Math.Max(watermark, _state.Closed.Watermark);
        if (!_isEmpty)
        {
            _clearClosed.Run(cancellationToken);
            _isEmpty = true;
        }

        var results = WindowResults.None;
        if (corrected || (_state.Rows > 0 && _window.EndsBetween(last.Watermark, watermark)))
        {
            var parameters = _state.Sql.DueParameters(last.Watermark, watermark);
            var former = corrected && _window.Kind == StreamWindowKind.Session ? FormerSessions(last) : [];
            if (InsertBlock(corrected, last, parameters, cancellationToken) > 0 || former.Count > 0)
            {
                _isEmpty = false;
                _final.Run(cancellationToken);
                _units.Run(cancellationToken);
                results = Read(former);
                _clearUnits.Run(cancellationToken);
                _clearBlock.Run(cancellationToken);
            }
        }

        _state.Closed = (watermark, _state.Revision);
        return results;
    }

    public void Dispose()
    {
        foreach (var statement in (PreparedSql[])[_due, _final, _units, _clearBlock, _clearClosed, _clearUnits]) statement.Dispose();
    }

    private long InsertBlock(bool corrected, StreamPosition last, long[] parameters, CancellationToken cancellationToken)
    {
        if (!corrected)
        {
            return _due.Run(cancellationToken, parameters);
        }

        using var statement = _session.Prepare(InsertBlock(_state.Sql.DueOrCorrected(last)));
        return statement.Run(cancellationToken, parameters);
    }

    private string InsertBlock(string due) =>
        $"INSERT INTO {_block} SELECT {_select}, {SplitNames.Order}, {WindowSql.Start}, {WindowSql.End}, {WindowSql.Revision} FROM {_state.OrderedByPanes(due)}";

    private void Create(string table, IReadOnlyList<ColumnSchema> columns) => _session.Execute($"CREATE TABLE {table} AS {SqlText.EmptySelect(columns)}");

    private List<(long Start, long End)> FormerSessions(StreamPosition last) => _session.Read(_state.Sql.FormerSessions(last), reader =>
    {
        var sessions = new List<(long, long)>();
        while (reader.Read()) sessions.Add((reader.GetInt64(0), reader.GetInt64(1)));
        return sessions;
    });

    /// <summary>The windows by their ends. A former session that is no more is given out without rows.</summary>
    private WindowResults Read(List<(long Start, long End)> former)
    {
        var windows = _session.Read($"SELECT * FROM {Units}", reader =>
        {
            var all = new List<WindowResult>();
            while (reader.Read()) all.Add(new WindowResult(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), 0, reader.GetInt64(3)));
            return all;
        });
        var present = former.Count == 0 ? [] : windows.Select(w => (w.Start, w.End)).ToHashSet();
        windows.AddRange(former.Where(f => !present.Contains(f)).Select(f => new WindowResult(f.Start, f.End, _state.Revision, 0, 0)));
        windows.RemoveAll(w => w.Rows == 0 && w.Revision == 0);
        windows.Sort((a, b) => (a.End, a.Start).CompareTo((b.End, b.Start)));
        var next = 0L;
        for (var i = 0; i < windows.Count; i++)
        {
            windows[i] = windows[i] with { FirstRow = next };
            next += windows[i].Rows;
        }

        return windows.Count == 0 ? WindowResults.None : new WindowResults(windows, next);
    }
}
