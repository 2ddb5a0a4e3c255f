using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Streams;

/// <summary>Events that are JSON objects. Fields that no column names are passed over; a field that is missing or null is null.</summary>
/// <remarks>A TIMESTAMP is an ISO 8601 text, or a number of milliseconds since 1970. A DECIMAL may be a number or a text that keeps its
/// digits. A VARCHAR takes a text, or an object or array as its JSON. Nothing else is converted: a value of another type is a fault.</remarks>
internal sealed class JsonEventDecoder : EventDecoder
{
    private const long MostMilliseconds = long.MaxValue / 1_000_000;

    private readonly JsonFieldTree _fields;
    private byte[] _unescaped = new byte[256];

    public JsonEventDecoder(IReadOnlyList<EventColumnSchema> schema, int timeColumn, IReadOnlyList<IReadOnlyList<string>> paths)
        : base(schema, timeColumn) => _fields = JsonFieldTree.Of(paths);

    /// <inheritdoc/>
    protected override string? Read(ReadOnlySpan<byte> body, EventBatch batch)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: true, state: default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return $"the event is {Kind(reader.TokenType)}, not a JSON object";
            if (ReadObject(ref reader, body, _fields, batch) is { } reason)
                return reason;
            return reader.Read() ? "there is more behind the JSON object" : null;
        }
        catch (JsonException e)
        {
            return body.IsEmpty ? "the event is empty" : $"the event is not well-formed JSON (byte {e.BytePositionInLine + 1} of line {e.LineNumber + 1})";
        }
        catch (InvalidOperationException)
        {
            return "the name of a field holds half of a surrogate pair"; // The reader has no milder way to say so.
        }
    }

    private string? ReadObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, JsonFieldTree fields, EventBatch batch)
    {
        fields.Begin();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = fields.Find(ref reader);
            reader.Read();
            if (field < 0)
            {
                reader.Skip();
                continue;
            }
            var children = fields.Children(field);
            if (children is not null && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
                return $"a field with fields in it is {Kind(reader.TokenType)}";
            if (AppendAll(ref reader, body, fields.Columns(field), batch) is { } reason)
                return reason;
            if (children is null || reader.TokenType != JsonTokenType.StartObject)
                reader.Skip();
            else if (ReadObject(ref reader, body, children, batch) is { } inner)
                return inner;
        }
        return null;
    }

    private string? AppendAll(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, List<int> columns, EventBatch batch)
    {
        foreach (var column in CollectionsMarshal.AsSpan(columns))
        {
            var values = batch.Columns[column];
            if (values.Count > batch.Count)
                return $"the field of '{values.Name}' is there twice";
            if (reader.TokenType == JsonTokenType.Null)
                values.AppendNull();
            else if (!TryAppend(ref reader, body, column, values))
                return WrongType(values.Schema, Kind(reader.TokenType) + Shown(ref reader));
        }
        return null;
    }

    private bool TryAppend(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, int column, EventColumn values)
    {
        var token = reader.TokenType;
        switch (values.Type)
        {
            case EventColumnType.BigInt when token == JsonTokenType.Number && reader.TryGetInt64(out var whole):
                values.Append(whole);
                return true;
            case EventColumnType.Double when token == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number):
                values.Append(number);
                return true;
            case EventColumnType.Boolean when token is JsonTokenType.True or JsonTokenType.False:
                values.Append(token == JsonTokenType.True);
                return true;
            case EventColumnType.Decimal when token is JsonTokenType.Number or JsonTokenType.String && !reader.ValueIsEscaped
                && EventValues.TryDecimal(reader.ValueSpan, values.Schema, out var unscaled):
                values.Append(unscaled);
                return true;
            case EventColumnType.Date when token == JsonTokenType.String && EventValues.TryDate(reader.ValueSpan, out var days):
                values.Append(days);
                return true;
            case EventColumnType.Timestamp when TryTime(ref reader, out var micros):
                values.Append(micros);
                NoteTime(column, micros);
                return true;
            case EventColumnType.Varchar when token == JsonTokenType.String:
                return TryAppendText(ref reader, values);
            case EventColumnType.Varchar when token is JsonTokenType.StartObject or JsonTokenType.StartArray:
                var ahead = reader;
                ahead.Skip();
                var json = body[(int)reader.TokenStartIndex..(int)ahead.BytesConsumed];
                if (!Utf8.IsValid(json))
                    return false;
                values.Append(json);
                return true;
            default:
                return false;
        }
    }

    private static bool TryTime(ref Utf8JsonReader reader, out long micros)
    {
        if (reader.TokenType == JsonTokenType.String)
            return EventValues.TryTimestamp(reader.ValueSpan, out micros);
        micros = 0;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var milliseconds) || milliseconds is < -MostMilliseconds or > MostMilliseconds)
            return false;
        micros = milliseconds * 1_000;
        return true;
    }

    private bool TryAppendText(ref Utf8JsonReader reader, EventColumn values)
    {
        var text = reader.ValueSpan;
        if (reader.ValueIsEscaped)
        {
            if (_unescaped.Length < text.Length)
                _unescaped = new byte[text.Length * 2];
            try
            {
                text = _unescaped.AsSpan(0, reader.CopyString(_unescaped));
            }
            catch (InvalidOperationException)
            {
                return false; // half of a surrogate pair
            }
        }
        if (!Utf8.IsValid(text))
            return false;
        values.Append(text);
        return true;
    }

    private static string Shown(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.Number or JsonTokenType.String ? $" ({Show(reader.ValueSpan)})" : "";

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        _ => "empty",
    };
}
