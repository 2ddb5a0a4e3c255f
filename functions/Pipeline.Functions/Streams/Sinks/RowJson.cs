using System.Buffers;
using System.Text.Json;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>Writes rows as JSON objects, under the names that the result is stored under.</summary>
internal sealed class RowJson
{
    private readonly JsonEncodedText[] _names;

    public RowJson(IReadOnlyList<ColumnSchema> columns) =>
        _names = [.. ParquetCarrier.WithStoredNames(columns).Select(c => JsonEncodedText.Encode(c.Name, Options.Encoder))];

    /// <summary>How JSON is written that goes to other systems.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a row's fields into an object that is open.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="row">The row: a JSON array of its values.</param>
    public void WriteFields(Utf8JsonWriter writer, string row)
    {
        using var values = JsonDocument.Parse(row);
        var i = 0;
        foreach (var value in values.RootElement.EnumerateArray())
        {
            if (i == _names.Length) return;
            writer.WritePropertyName(_names[i++]);
            // Raw: a number keeps all its digits.
            writer.WriteRawValue(value.GetRawText(), skipInputValidation: true);
        }
    }

    /// <summary>A row as an object.</summary>
    public void Write(Utf8JsonWriter writer, string row)
    {
        writer.WriteStartObject();
        WriteFields(writer, row);
        writer.WriteEndObject();
    }

    /// <summary>A value of a row as text; null for null.</summary>
    /// <param name="row">The row: a JSON array of its values.</param>
    /// <param name="at">Which value.</param>
    public static string? Value(string row, int at)
    {
        using var values = JsonDocument.Parse(row);
        var value = values.RootElement[at];
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.GetRawText(),
        };
    }

    /// <summary>A time in microseconds since 1970, as text.</summary>
    public static string Time(long micros) => Micros.ToTime(micros)
        .ToString(micros % 1_000_000 == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture);


    /// <summary>Writes a document into a buffer.</summary>
    public static byte[] Document(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options)) write(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
