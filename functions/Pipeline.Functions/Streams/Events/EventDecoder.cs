using System.Text;

namespace Pipeline.Streams;

/// <summary>Reads events into a batch's columns. One serves one partition; it is not safe for use by two threads at a time.</summary>
internal abstract class EventDecoder
{
    private readonly int _timeColumn;

    /// <summary>Makes the part that all formats share.</summary>
    protected EventDecoder(IReadOnlyList<EventColumnSchema> schema, int timeColumn)
    {
        Schema = schema;
        _timeColumn = timeColumn;
    }

    /// <summary>The columns, in the batch's order.</summary>
    protected IReadOnlyList<EventColumnSchema> Schema { get; }

    /// <summary>The time of the event that was read last, in microseconds since 1970; null where it has none or the stream has no column for it.</summary>
    public long? EventTime { get; private set; }

    /// <summary>Makes the decoder of a stream's format.</summary>
    /// <param name="spec">The stream.</param>
    /// <param name="timeColumn">The column whose values are the events' times; null for none.</param>
    public static EventDecoder Create(StreamSpec spec, string? timeColumn)
    {
        var schema = SchemaOf(spec);
        var time = timeColumn is null ? -1 : schema.FindIndex(c => c.Name.Equals(timeColumn, StringComparison.OrdinalIgnoreCase));
        var paths = spec.Columns.Select(c => c.Path).ToList();
        return spec.Format.Delimiter is { } delimiter
            ? new CsvEventDecoder(schema, time, [.. paths.Select(p => p[0])], (byte)delimiter, spec.Format.Header)
            : new JsonEventDecoder(schema, time, paths);
    }

    /// <summary>The columns of a stream's events.</summary>
    public static List<EventColumnSchema> SchemaOf(StreamSpec spec) => [.. spec.Columns.Select(c => EventColumnSchema.Read(c.Name, c.Type)!)];

    /// <summary>Appends one event's values to every column of a batch. The caller then adds the event, or discards it.</summary>
    /// <returns>Null, or why the event cannot be read; then columns may hold parts of it.</returns>
    public string? Decode(ReadOnlySpan<byte> body, EventBatch batch)
    {
        EventTime = null;
        if (body.StartsWith(Encoding.UTF8.Preamble))
            body = body[Encoding.UTF8.Preamble.Length..];
        if (Read(body, batch) is { } reason)
            return reason;
        // By index: an enumerator would be made for each event.
        for (var i = 0; i < Schema.Count; i++)
        {
            if (batch.Columns[i].Count == batch.Count)
                batch.Columns[i].AppendNull();
        }
        return null;
    }

    /// <summary>Appends the values that the event has.</summary>
    protected abstract string? Read(ReadOnlySpan<byte> body, EventBatch batch);

    /// <summary>Notes an appended time.</summary>
    protected void NoteTime(int column, long micros)
    {
        if (column == _timeColumn)
            EventTime = micros;
    }

    /// <summary>Why a value does not fit, in words that may go into a log.</summary>
    protected static string WrongType(EventColumnSchema column, string what) => $"the value of '{column.Name}' is {what}, not {column.SqlType}";

    /// <summary>A value as a message may show it.</summary>
    protected static string Show(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, 40)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) + (value.Length > 40 ? "…" : "");
    }
}
