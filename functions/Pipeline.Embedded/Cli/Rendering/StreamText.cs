using System.Globalization;
using System.Text.Json;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Streams in each of the formats.</summary>
internal static class StreamText
{
    /// <summary>A list of streams for a person.</summary>
    public static TextTable Table(IReadOnlyList<StreamView> streams, TimeZoneInfo zone) => new(
        [new("stream"), new("status"), new("hub"), new("generation", true), new("created"), new("changed")],
        streams.Select(s => (IReadOnlyList<string?>)
        [
            s.Name,
            s.Status.ToString(),
            s.Hub,
            s.Generation.ToString(CultureInfo.InvariantCulture),
            Shown.Moment(s.CreatedAt, zone),
            Shown.Moment(s.UpdatedAt, zone),
        ]).ToList());

    /// <summary>Streams as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<StreamView> streams)
    {
        CsvText.WriteRecord(writer, ["name", "status", "hub", "generation", "createdAt", "updatedAt"]);
        foreach (var stream in streams)
        {
            CsvText.WriteRecord(writer,
            [
                stream.Name,
                stream.Status.ToString(),
                stream.Hub,
                stream.Generation.ToString(CultureInfo.InvariantCulture),
                Utc(stream.CreatedAt),
                Utc(stream.UpdatedAt),
            ]);
        }
    }

    /// <summary>How a stream stands, for a person, a fact or two a line.</summary>
    public static IEnumerable<string> Lines(StreamStateView state)
    {
        yield return $"{Shown.Text(state.Name)}  {state.Status}, generation {state.Generation}";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"watermark {Time(state.Watermark) ?? "none yet"} · {(state.Lag is { } lag ? $"{Shown.Count(lag, "event")} behind" : "lag not known")} · {Shown.Number((long)state.EventsPerSecond)} events/s");
        var counters = state.Counters;
        yield return $"{Shown.Count(counters.Events, "event")} · {Shown.Number(counters.Late)} late · {Shown.Number(counters.Dropped)} dropped · "
            + $"{Shown.Number(counters.DeadLettered)} dead-lettered · {Shown.Count(state.Keys, "open key")} ({ByteSize.Format(state.Bytes)})";
        foreach (var alarm in state.Alarms)
            yield return $"! {Shown.Text(alarm.Kind)}: {Shown.Text(alarm.Message)}";
    }

    /// <summary>The partitions for a person.</summary>
    public static TextTable Partitions(StreamStateView state) => new(
        [new("partition"), new("watermark"), new("sequence", true), new("lag", true), new("events/s", true), new("events", true), new("late", true), new("keys", true), new("pending", true)],
        state.Partitions.Select(p => (IReadOnlyList<string?>)
        [
            string.Create(CultureInfo.InvariantCulture, $"{(p.Stage == StreamStage.Input ? "input" : "shuffle")} {p.Partition}"),
            Time(p.Watermark) ?? "",
            Shown.Number(p.SequenceNumber),
            p.Lag is { } lag ? Shown.Number(lag) : "",
            Shown.Number((long)p.EventsPerSecond),
            Shown.Number(p.Counters.Events),
            Shown.Number(p.Counters.Late),
            Shown.Number(p.Keys),
            Shown.Number(p.Pending),
        ]).ToList());

    /// <summary>The rows of the latest windows for a person.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="top">How many rows at most.</param>
    public static TextTable Windows(StreamWindowsView windows, int top)
    {
        var haveTimes = windows.Windows.Any(w => w.End is not null);
        var corrected = windows.Windows.Any(w => w.Revision > 0);
        List<TextTable.Column> columns = [];
        if (haveTimes)
            columns.Add(new("window ends"));
        if (corrected)
            columns.Add(new("revision", true));
        columns.AddRange(windows.Columns.Select(c => new TextTable.Column(c.Name, ResultText.IsNumber(c.Type))));
        var rows = windows.Windows.SelectMany(w => w.Rows.Select(r => (Window: w, Row: r))).Take(top).Select(x =>
        {
            List<string?> cells = [];
            if (haveTimes)
                cells.Add(Time(x.Window.End));
            if (corrected)
                cells.Add(x.Window.Revision.ToString(CultureInfo.InvariantCulture));
            cells.AddRange(ResultText.Fields(x.Row));
            return (IReadOnlyList<string?>)cells;
        });
        return new TextTable(columns, rows.ToList());
    }

    /// <summary>The rows of the windows as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, StreamWindowsView windows)
    {
        CsvText.WriteRecord(writer, ["windowStart", "windowEnd", "revision", "partition", .. windows.Columns.Select(c => c.Name)]);
        foreach (var window in windows.Windows)
        {
            foreach (var row in window.Rows)
            {
                CsvText.WriteRecord(writer,
                [
                    window.Start is { } start ? Utc(start) : null,
                    window.End is { } end ? Utc(end) : null,
                    window.Revision.ToString(CultureInfo.InvariantCulture),
                    window.Partition.ToString(CultureInfo.InvariantCulture),
                    .. ResultText.Fields(row),
                ]);
            }
        }
    }

    /// <summary>Alerts for a person.</summary>
    public static TextTable Table(StreamAlerts alerts) => new(
        [new("time"), new("alert"), new("condition"), new("row")],
        alerts.Alerts.Select(a => (IReadOnlyList<string?>)[Time(a.WindowEnd ?? a.EventTime), a.Name, a.When, Row(a.Row)]).ToList());

    /// <summary>Alerts as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, StreamAlerts alerts)
    {
        CsvText.WriteRecord(writer, ["name", "when", "windowStart", "windowEnd", "revision", "eventTime", "partition", "row"]);
        foreach (var alert in alerts.Alerts)
        {
            CsvText.WriteRecord(writer,
            [
                alert.Name, alert.When, alert.WindowStart is { } start ? Utc(start) : null, alert.WindowEnd is { } end ? Utc(end) : null,
                alert.Revision.ToString(CultureInfo.InvariantCulture), Utc(alert.EventTime), alert.Partition, alert.Row.GetRawText(),
            ]);
        }
    }

    // The events' own time, in UTC wherever the reader sits: it is compared with what is in the rows.
    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString(time.Value.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    private static string Row(JsonElement row) => string.Join(", ", row.EnumerateObject().Select(p => $"{p.Name} {p.Value}"));
}
