using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Turns the states of windows that are due into rows of the result.</summary>
internal sealed class WindowCloser
{
    /// <summary>The rows of the windows that were closed last: their window, and the result's columns by position.</summary>
    public const string Closed = SplitNames.Prefix + "closed";

    private const string Row = SplitNames.Prefix + "row";

    private readonly DuckDbSession _session;
    private readonly WindowState _state;
    private readonly StreamWindow _window;
    private readonly string _block;
    private readonly string _select;
    private readonly string _final;
    private readonly string _names;

    public WindowCloser(DuckDbSession session, StreamPlan plan, StreamWindow window, WindowState state)
    {
        (_session, _state, _window) = (session, state, window);
        var windowed = plan.Windowed!;
        _block = windowed.Block;
        _final = windowed.FinalSql;
        var columns = windowed.BlockColumns.Select(c => c.Name).ToList();
        _select = string.Join(", ", columns.Select(c =>
            c == windowed.StartColumn ? $"make_timestamp({WindowSql.Start}) AS {c}"
            : c == windowed.EndColumn ? $"make_timestamp({WindowSql.End}) AS {c}" : c));
        IReadOnlyList<ColumnSchema> extra = [new(SplitNames.Order, "HUGEINT"), new(WindowSql.Start, "BIGINT"), new(WindowSql.End, "BIGINT"), new(WindowSql.Revision, "BIGINT")];
        session.Execute($"CREATE TABLE {_block} AS {SqlText.EmptySelect([.. windowed.BlockColumns, .. extra])}");
        _names = string.Join(", ", plan.Result.Select((_, i) => SplitNames.Column(i)));
        IReadOnlyList<ColumnSchema> closed =
            [new(Row, "BIGINT"), new(WindowMarkers.Start, "BIGINT"), new(WindowMarkers.End, "BIGINT"), .. plan.Result.Select((c, i) => new ColumnSchema(SplitNames.Column(i), c.Type))];
        session.Execute($"CREATE TABLE {Closed} AS {SqlText.EmptySelect(closed)}");
    }

    /// <summary>The rows of closed windows, some of them: a query that gives the result's columns by position.</summary>
    public string RowsSql(long first, long count, string? where) =>
        $"SELECT {_names} FROM {Closed} WHERE {Row} >= {SqlText.Number(first)} AND {Row} < {SqlText.Number(first + count)}{(where is null ? "" : $" AND ({where})")} ORDER BY {Row}";

    /// <summary>Closes the windows that are complete by a watermark, and again those that have been corrected.</summary>
    public WindowResults Close(long watermark)
    {
        var last = _state.Position;
        var corrected = _state.Revision > last.Revision;
        watermark = Math.Max(watermark, _state.Closed.Watermark);
        _state.Closed = (watermark, _state.Revision);
        _session.Execute($"TRUNCATE {Closed}");
        if (!corrected && !MayBeDue(last.Watermark, watermark))
        {
            return WindowResults.None;
        }

        var due = _state.OrderedByPanes(_state.Sql.Due(last, watermark, corrected));
        _session.Execute($"TRUNCATE {_block}");
        _session.Execute($"INSERT INTO {_block} SELECT {_select}, {SplitNames.Order}, {WindowSql.Start}, {WindowSql.End}, {WindowSql.Revision} FROM {due}");
        _session.Execute($"INSERT INTO {Closed} SELECT row_number() OVER () - 1, epoch_us({WindowMarkers.Start}), epoch_us({WindowMarkers.End}), {_names} FROM ({_final})");
        var results = Windows(last, corrected);
        _session.Execute($"TRUNCATE {_block}");
        return results;
    }

    /// <summary>Between two watermarks no aligned window may end; of the other kinds one may at any time.</summary>
    private bool MayBeDue(long after, long upTo) => _state.Rows > 0 && upTo > after
        && (after == long.MinValue || _window.Slide == 0
            || StreamWindow.Floor(upTo - _window.Size, _window.Slide, _window.Offset) > StreamWindow.Floor(after - _window.Size, _window.Slide, _window.Offset));

    private WindowResults Windows(StreamPosition last, bool corrected)
    {
        var units = $"SELECT {WindowSql.Start}, {WindowSql.End}, max({WindowSql.Revision}) AS {WindowSql.Revision} FROM {_block} GROUP BY {WindowSql.Start}, {WindowSql.End}";
        if (corrected && _window.Kind == StreamWindowKind.Session)
        {
            var former = _state.Sql.FormerSessions(last);
            units = $"SELECT {WindowSql.Start}, {WindowSql.End}, max({WindowSql.Revision}) AS {WindowSql.Revision} FROM ({units} UNION ALL "
                + $"SELECT {WindowSql.Start}, {WindowSql.End}, {SqlText.Number(_state.Revision)} FROM ({former})) GROUP BY {WindowSql.Start}, {WindowSql.End}";
        }

        var rows = $"SELECT {WindowMarkers.Start} AS {WindowSql.Start}, {WindowMarkers.End} AS {WindowSql.End}, count(*) AS n, min({Row}) AS first FROM {Closed} GROUP BY ALL";
        return _session.Read(
            $"SELECT {WindowSql.Start}, {WindowSql.End}, {WindowSql.Revision}, coalesce(n, 0), first FROM ({units}) LEFT JOIN ({rows}) USING ({WindowSql.Start}, {WindowSql.End}) "
            + $"WHERE n > 0 OR {WindowSql.Revision} > 0 ORDER BY {WindowSql.End}, {WindowSql.Start}",
            reader =>
            {
                var windows = new List<WindowResult>();
                var next = 0L;
                while (reader.Read())
                {
                    windows.Add(new WindowResult(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), next, reader.GetInt64(3)));
                    next += reader.GetInt64(3);
                }

                return windows.Count == 0 ? WindowResults.None : new WindowResults(windows, next);
            });
    }
}
