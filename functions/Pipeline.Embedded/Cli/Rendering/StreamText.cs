using System.Globalization;
using System.Text.Json;
using Pipeline.Streams;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Streams in each of the formats.</summary>
internal static class StreamText
{
    /// <summary>A list of streams for a person.</summary>
    public static TextTable Table(IReadOnlyList<StreamView> streams, TimeZoneInfo zone) => TextTable.Of(
        [new("stream"), new("status"), new("hub"), new("generation", true), new("created"), new("changed")],
        streams,
        s => [s.Name, s.Status.ToString(), s.Hub, CsvText.Number(s.Generation), Shown.Moment(s.CreatedAt, zone), Shown.Moment(s.UpdatedAt, zone)]);

    /// <summary>Streams as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, IEnumerable<StreamView> streams) => CsvText.Write(
        writer, ["name", "status", "hub", "generation", "createdAt", "updatedAt"], streams,
        s => [s.Name, s.Status.ToString(), s.Hub, CsvText.Number(s.Generation), Utc(s.CreatedAt), Utc(s.UpdatedAt)]);

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
    public static TextTable Partitions(StreamStateView state) => TextTable.Of(
        [new("partition"), new("watermark"), new("sequence", true), new("lag", true), new("events/s", true), new("events", true), new("late", true), new("keys", true), new("pending", true)],
        state.Partitions,
        p =>
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
        ]);

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
        return TextTable.Of(columns, Rows(windows).Take(top), x =>
        [
            .. haveTimes ? [Time(x.Window.End)] : Array.Empty<string?>(),
            .. corrected ? [CsvText.Number(x.Window.Revision)] : Array.Empty<string?>(),
            .. ResultText.Fields(x.Row),
        ]);
    }

    /// <summary>The rows of the windows as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, StreamWindowsView windows) => CsvText.Write(
        writer, ["windowStart", "windowEnd", "revision", "partition", .. windows.Columns.Select(c => c.Name)], Rows(windows),
        x => [Utc(x.Window.Start), Utc(x.Window.End), CsvText.Number(x.Window.Revision), CsvText.Number(x.Window.Partition), .. ResultText.Fields(x.Row)]);

    /// <summary>Alerts for a person.</summary>
    public static TextTable Table(StreamAlerts alerts) => TextTable.Of(
        [new("time"), new("alert"), new("condition"), new("row")], alerts.Alerts, a => [Time(a.WindowEnd ?? a.EventTime), a.Name, a.When, Row(a.Row)]);

    /// <summary>Alerts as CSV, with a header; times are UTC.</summary>
    public static void WriteCsv(TextWriter writer, StreamAlerts alerts) => CsvText.Write(
        writer, ["name", "when", "windowStart", "windowEnd", "revision", "eventTime", "partition", "row"], alerts.Alerts,
        a => [a.Name, a.When, Utc(a.WindowStart), Utc(a.WindowEnd), CsvText.Number(a.Revision), Utc(a.EventTime), a.Partition, a.Row.GetRawText()]);

    private static IEnumerable<(StreamWindowView Window, JsonElement Row)> Rows(StreamWindowsView windows) => windows.Windows.SelectMany(w => w.Rows.Select(r => (w, r)));

    // The events' own time, in UTC wherever the reader sits: it is compared with what is in the rows.
    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString(time.Value.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string? Utc(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture);

    private static string Row(JsonElement row) => string.Join(", ", row.EnumerateObject().Select(p => $"{p.Name} {p.Value}"));
}
