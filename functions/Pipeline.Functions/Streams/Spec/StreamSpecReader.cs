using System.Globalization;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Reads the fields of a stream's spec, except for its sinks, and finds everything that can be found without looking elsewhere.</summary>
internal static class StreamSpecReader
{
    private const int MaxColumns = 300;

    // The names under which the engine offers what is not in the events.
    private static readonly string[] Reserved = ["enqueued_time", "sequence_number", "window_start", "window_end"];

    private static readonly string[] Types = ["BOOLEAN", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "TIMESTAMP", "DATE"];

    private const string FormatAbout = "How events are written.";

    private static readonly string TypeAbout = $"The column's type: {string.Join(", ", Types)} (DECIMAL(p,s) with p up to 18).";

    /// <summary>Reads a spec.</summary>
    /// <param name="reader">The document.</param>
    /// <param name="hubs">The hubs that the app listens to.</param>
    /// <returns>The spec; where the reader has faults, with gaps that nobody may rely on.</returns>
    public static StreamSpec Read(SpecReader reader, IReadOnlyCollection<string> hubs)
    {
        var hub = reader.Text("hub", required: true, maxLength: 256, about: "The event hub that it reads: one of those that the app listens to.");
        if (hub is not null && !hubs.Contains(hub, StringComparer.OrdinalIgnoreCase))
        {
            reader.Fault("hub", $"The app does not listen to a hub '{hub}'.{NearestName.Hint(hub, hubs)} "
                + "The settings PipelineHub1 to PipelineHub4 name the hubs that it listens to.");
        }
        var format = ReadFormat(reader);
        var columns = ReadColumns(reader, format);
        var names = columns.Select(c => c.Name).ToList();
        var eventTime = reader.Text("eventTime", maxLength: 100, about: "The column that says when an event happened. Where it is absent, that is the time at which the hub got it, enqueued_time.");
        if (eventTime is not null)
            CheckEventTime(reader, eventTime, columns);
        var partitionKey = reader.Texts("partitionKey", 16, "The columns that senders use as partition key: groups that have them need no shuffle.");
        CheckColumns(reader, "partitionKey", partitionKey, names);
        return new StreamSpec(
            hub ?? "", format, columns, eventTime, partitionKey,
            ReadTables(reader),
            reader.Lines("query", required: true, about: "One SELECT over the hub's events: rows for events, or aggregates with tumble, hop, sliding or session in GROUP BY.") ?? "",
            ReadScore(reader),
            ReadFrom(reader, "from", about: "Where it begins: earliest, now (where it is absent), a time, or sequence numbers by partition."),
            ReadWatermark(reader),
            ReadLate(reader),
            ReadDeduplicate(reader, names),
            ReadState(reader));
    }

    /// <summary>Reads where a stream begins, or begins again: <c>"earliest"</c>, <c>"now"</c>, a time, or sequence numbers by partition.</summary>
    public static StreamStart ReadFrom(SpecReader reader, string field, bool required = false, string? about = null)
    {
        if (!reader.IsObject(field))
        {
            var text = reader.Text(field, required, about: about);
            if (text is null or "now")
                return new StreamStart();
            if (text == "earliest")
                return new StreamStart(Earliest: true);
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
                return new StreamStart(Time: time);
            reader.Fault(field, $"'{text}' is not \"earliest\", \"now\", a time such as \"2026-01-31T12:00:00Z\", or an object of partitions and the sequence numbers to begin with.");
            return new StreamStart();
        }
        var after = new Dictionary<int, long>();
        var section = reader.Section(field, about: about)!;
        foreach (var name in section.Names)
        {
            var sequence = section.Integer(name, 0, long.MaxValue, about: "The sequence number that a partition begins with.");
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) || partition > 1023)
                section.Fault(name, $"'{name}' is not the number of a partition.");
            else if (sequence is { } first)
                after[partition] = first - 1;
        }
        return new StreamStart(After: after);
    }

    private static StreamFormat ReadFormat(SpecReader reader)
    {
        if (!reader.IsObject("format"))
        {
            var word = reader.Choice("format", ["json", "csv"], "json", FormatAbout);
            return word == "csv" ? new StreamFormat(',', false) : StreamFormat.Json;
        }
        var section = reader.Section("format", about: FormatAbout)!;
        var csv = section.Section("csv", about: "Lines of values.");
        if (csv is null)
            section.Fault(null, "It must be \"json\", \"csv\" or { \"csv\": { … } }.");
        var delimiter = csv?.Text("delimiter", maxLength: 1, about: "What stands between values: one ASCII character, a comma where it is absent.") ?? ",";
        if (delimiter[0] is '"' or '\n' or '\r' || !char.IsAscii(delimiter[0]))
            csv?.Fault("delimiter", "A delimiter is one ASCII character, and neither a quote nor a line break.");
        var header = csv?.Flag("header", false, "Whether the first line of an event names the columns.") ?? false;
        csv?.End();
        section.End();
        return new StreamFormat(delimiter[0], header);
    }

    private static List<StreamColumn> ReadColumns(SpecReader reader, StreamFormat format)
    {
        var columns = new List<StreamColumn>();
        var section = reader.Section("columns", required: true, about: "The columns of the events: a name, and a type, or a type and where the value is.");
        if (section is null)
            return columns;
        if (section.Names.Count == 0)
            reader.Fault("columns", "A stream needs the columns of its events: names and types.");
        if (section.Names.Count > MaxColumns)
            reader.Fault("columns", $"It has {section.Names.Count} entries; {MaxColumns} are allowed.");
        foreach (var name in section.Names.Take(MaxColumns))
        {
            var fields = section.IsObject(name) ? section.Section(name) : null;
            var type = fields is null ? section.Text(name, maxLength: 40, about: TypeAbout) : fields.Text("type", required: true, maxLength: 40, about: TypeAbout);
            var path = fields?.Text("path", maxLength: 500, about: "Where the value is in the event, such as $.order.size; the column's header, in CSV.");
            fields?.End();
            if (name.Length > 100 || name.Any(char.IsControl))
                section.Fault(name, "A column's name has 1 to 100 characters and no control characters.");
            if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
                section.Fault(name, $"'{name}' is the name of a column that every stream has. Give it another name, and its field as 'path'.");
            if (columns.Exists(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
                section.Fault(name, $"'{name}' is there twice; SQL does not tell names apart by case.");
            var normal = type is null ? null : EventColumnSchema.Read(name, type)?.SqlType;
            if (type is not null && normal is null)
            {
                var hint = NearestName.Hint(type.ToUpperInvariant(), Types);
                (fields ?? section).Fault(fields is null ? name : "type", $"'{type}' is not a type of columns: {string.Join(", ", Types)} (DECIMAL(p,s) with p up to 18).{hint}");
            }
            var steps = path is null ? [name] : format.IsCsv ? [path] : ReadPath(path);
            if (steps is null)
                fields!.Fault("path", $"'{path}' is not a path such as $.order.size or $['order no'].size, of at most 16 names.");
            columns.Add(new StreamColumn(name, normal ?? "VARCHAR", steps ?? [name]));
        }
        return columns;
    }

    private static List<string>? ReadPath(string path)
    {
        var steps = new List<string>();
        if (path[0] != '$')
            return null;
        for (var at = 1; at < path.Length;)
        {
            int end;
            if (path[at] == '.')
            {
                end = path.AsSpan(at + 1).IndexOfAny('.', '[') is var next and >= 0 ? at + 1 + next : path.Length;
                steps.Add(path[(at + 1)..end]);
            }
            else if (path.AsSpan(at).StartsWith("['", StringComparison.Ordinal) && path.IndexOf("']", at + 2, StringComparison.Ordinal) is var close and >= 0)
            {
                steps.Add(path[(at + 2)..close]);
                end = close + 2;
            }
            else
            {
                return null;
            }
            at = end;
        }
        return steps.Count is >= 1 and <= 16 && steps.TrueForAll(s => s.Length > 0) ? steps : null;
    }

    private static void CheckEventTime(SpecReader reader, string eventTime, List<StreamColumn> columns)
    {
        var column = columns.Find(c => c.Name.Equals(eventTime, StringComparison.OrdinalIgnoreCase));
        if (column is null)
            reader.Fault("eventTime", $"There is no column '{eventTime}'.{NearestName.Hint(eventTime, columns.Select(c => c.Name))}");
        else if (column.Type != "TIMESTAMP")
            reader.Fault("eventTime", $"The column '{eventTime}' is {column.Type}; the time of an event is a TIMESTAMP.");
    }

    private static void CheckColumns(SpecReader reader, string field, IReadOnlyList<string> named, List<string> columns)
    {
        foreach (var name in named.Where(n => !columns.Contains(n, StringComparer.OrdinalIgnoreCase)))
            reader.Fault(field, $"There is no column '{name}'.{NearestName.Hint(name, columns)}");
    }

    private static IReadOnlyList<KeyValuePair<string, string>> ReadTables(SpecReader reader)
    {
        var tables = reader.TextMap("tables", maxCount: 20, about: "Reference datasets to join with: a name in the query, and the dataset behind that. They are read again when they change.");
        foreach (var (table, dataset) in tables)
            CheckDataset(reader, "tables", dataset);
        if (tables.GroupBy(t => t.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            reader.Fault("tables", $"'{twice.Key}' is there twice; SQL does not tell names apart by case.");
        return tables;
    }

    private static ScoreSpec? ReadScore(SpecReader reader)
    {
        if (reader.Section("score", shorthand: "model", about: "A model that is asked about each row before it goes to the sinks.") is not { } section)
            return null;
        var model = section.Text("model", required: true, maxLength: 200, about: "The model.");
        var version = section.Integer("version", 1, int.MaxValue, about: "Its version: where it is absent, the one that counts when the stream is put.");
        var name = section.Text("as", maxLength: 100, about: "The column that gets what the model says: prediction where it is absent.") ?? "prediction";
        if (name.Any(char.IsControl))
            section.Fault("as", "A column's name has no control characters.");
        section.End();
        return model is null ? null : new ScoreSpec(model, (int?)version, name);
    }

    private static WatermarkSpec ReadWatermark(SpecReader reader)
    {
        var usual = WatermarkSpec.Default;
        if (reader.Section("watermark", about: "How event time goes on.") is not { } section)
            return usual;
        var spec = new WatermarkSpec(
            section.Time("delay", TimeSpan.Zero, TimeSpan.FromDays(7), usual.Delay, "How far events may be out of order."),
            section.Time("idle", TimeSpan.FromSeconds(1), TimeSpan.FromDays(7), usual.Idle, "When a silent partition holds nobody back."),
            section.Time("maxAhead", TimeSpan.FromSeconds(1), TimeSpan.FromDays(36_500), usual.MaxAhead, "How far an event's time may be ahead of the time at which the hub got it."));
        section.End();
        return spec;
    }

    private static LateSpec ReadLate(SpecReader reader)
    {
        if (reader.Section("late", about: "What becomes of late events.") is not { } section)
            return LateSpec.Default;
        var allowed = section.Time("allowed", TimeSpan.Zero, TimeSpan.FromDays(30), TimeSpan.Zero, "How long after its end a window is corrected and given out again.");
        var then = section.Choice("then", ["drop", "side-output"], "drop", "What becomes of events that are later than that.");
        var dataset = section.Text("dataset", maxLength: 200, about: "The dataset of a side output.");
        if (dataset is not null)
            CheckDataset(section, "dataset", dataset);
        if (then == "side-output" && dataset is null)
            section.Fault("dataset", "A side output needs the dataset that the late events go to.");
        else if (then == "drop" && dataset is not null)
            section.Fault("dataset", "Late events are dropped unless 'then' is \"side-output\".");
        section.End();
        return new LateSpec(allowed, then == "side-output" ? dataset : null);
    }

    private static DeduplicateSpec? ReadDeduplicate(SpecReader reader, List<string> columns)
    {
        if (reader.Section("deduplicate", about: "How events that their senders repeat are recognised.") is not { } section)
            return null;
        var by = section.Texts("by", 16, "The columns that tell events apart.");
        if (by.Count == 0)
            section.Fault("by", "Name the columns that tell events apart.");
        CheckColumns(section, "by", by, columns);
        var within = section.Time("within", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(30), TimeSpan.FromMinutes(10), "For how long of event time an event is remembered.");
        section.End();
        return new DeduplicateSpec(by, within);
    }

    private static StreamStateSpec ReadState(SpecReader reader)
    {
        var usual = StreamStateSpec.Default;
        if (reader.Section("state", about: "Bounds of what it keeps.") is not { } section)
            return usual;
        var maxKeys = section.Integer("maxKeys", 1, 1_000_000_000, usual.MaxKeys, "How many open keys and windows a partition may hold.");
        var policy = section.Choice("whenFull", ["pause", "reject-new-keys", "close-oldest"], "pause", "What happens when it would hold more.") switch
        {
            "reject-new-keys" => FullStatePolicy.RejectNewKeys,
            "close-oldest" => FullStatePolicy.CloseOldest,
            _ => FullStatePolicy.Pause,
        };
        section.End();
        return new StreamStateSpec(maxKeys, policy);
    }

    private static void CheckDataset(SpecReader reader, string field, string dataset)
    {
        try
        {
            ObjectName.CheckSegment(dataset);
        }
        catch (InvalidObjectNameException e)
        {
            reader.Fault(field, e.Message);
        }
    }
}
