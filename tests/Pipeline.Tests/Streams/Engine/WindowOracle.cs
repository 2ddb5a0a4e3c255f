using DuckDB.NET.Data;
using Pipeline.Sql;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams.Engine;

/// <summary>What a stream must give: every event is put beside each window that it belongs to, and DuckDB groups them by itself.</summary>
internal static class WindowOracle
{
    /// <summary>The rows of each window as JSON arrays, sorted.</summary>
    /// <param name="events">The events that count, in the order of partitions and then of events.</param>
    /// <param name="window">The window.</param>
    /// <param name="isKeyed">Whether the query groups by symbol.</param>
    /// <param name="query">The query over rows that know their window; its first columns are the window's start and end.</param>
    /// <param name="columns">How many columns it gives.</param>
    /// <param name="setUp">Statements that make the reference tables.</param>
    public static SortedDictionary<(long Start, long End), List<string>> Compute(IReadOnlyList<StreamEvent> events, StreamWindow window, bool isKeyed, string query, int columns, string setUp)
    {
        var placed = events.GroupBy(e => isKeyed ? e.Symbol ?? "\0" : "").SelectMany(g => Place([.. g], window)).ToList();
        var places = events.OrderBy(e => Pane(e, window)).Select((e, i) => (e, i)).ToDictionary(p => p.e, p => p.i);
        using var connection = new DuckDBConnection("DataSource=:memory:;Threads=1");
        connection.Open();
        Execute(connection, $"SET TimeZone = 'UTC'; {setUp} CREATE TABLE trades ({StreamEvent.Table})");
        foreach (var chunk in placed.OrderBy(p => places[p.Event]).Chunk(500))
        {
            Execute(connection, $"INSERT INTO trades VALUES {string.Join(", ", chunk.Select(p => p.Event.Row(p.Start, p.End)))}");
        }

        var windows = new SortedDictionary<(long, long), List<string>>();
        using var command = connection.CreateCommand();
        var names = string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i}"));
        command.CommandText = $"SELECT epoch_us(c0), epoch_us(c1), CAST(json_array({names}) AS VARCHAR) FROM ({query}) q({names})";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var key = (reader.GetInt64(0), reader.GetInt64(1));
            if (!windows.TryGetValue(key, out var rows)) windows[key] = rows = [];
            rows.Add(JsonRows.QuoteNonFinite(reader.GetString(2)));
        }

        foreach (var rows in windows.Values) rows.Sort(StringComparer.Ordinal);
        return windows;
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Within a window, events are in the order of its panes, and within a pane in that of partitions and arrival.</summary>
    private static long Pane(StreamEvent e, StreamWindow window) => window.Pane == 0 ? e.Time : StreamWindow.Floor(e.Time, window.Pane, window.Offset);

    private static IEnumerable<(StreamEvent Event, long Start, long End)> Place(IReadOnlyList<StreamEvent> events, StreamWindow window)
    {
        var (size, slide, offset) = (window.Size, window.Slide, window.Offset);
        switch (window.Kind)
        {
            case StreamWindowKind.Tumbling or StreamWindowKind.Hopping:
                foreach (var e in events)
                {
                    // Every multiple of the slide by trying: slow and plain.
                    for (var k = (long)Math.Floor((e.Time - offset - size) / (double)slide) - 1; (k * slide) + offset <= e.Time; k++)
                    {
                        var start = (k * slide) + offset;
                        if (start <= e.Time && e.Time < start + size) yield return (e, start, start + size);
                    }
                }

                break;
            case StreamWindowKind.Sliding:
                foreach (var end in events.SelectMany(e => new[] { e.Time, e.Time + size }).Distinct())
                {
                    foreach (var e in events.Where(e => e.Time > end - size && e.Time <= end)) yield return (e, end - size, end);
                }

                break;
            default:
                var session = new List<StreamEvent>();
                foreach (var e in events.OrderBy(e => e.Time))
                {
                    if (session.Count > 0 && e.Time >= session[^1].Time + size)
                    {
                        foreach (var done in session) yield return (done, session[0].Time, session[^1].Time + size);
                        session = [];
                    }

                    session.Add(e);
                }

                foreach (var done in session) yield return (done, session[0].Time, session[^1].Time + size);
                break;
        }
    }
}
