using System.Buffers;
using System.Globalization;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Writes CSV as RFC 4180 has it: commas, CRLF, quotes where they are needed. A null is an empty field, an empty text a
/// quoted one, so that both come back as they were.</summary>
internal static class CsvText
{
    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>Writes a header, and a record for each of the values below it.</summary>
    public static void Write<T>(TextWriter writer, IReadOnlyList<string?> header, IEnumerable<T> values, Func<T, IReadOnlyList<string?>> record)
    {
        WriteRecord(writer, header);
        foreach (var value in values)
            WriteRecord(writer, record(value));
    }

    /// <summary>A number as a field; null for none.</summary>
    public static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes one record.</summary>
    public static void WriteRecord(TextWriter writer, IReadOnlyList<string?> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0)
                writer.Write(',');
            // An empty line is skipped by many readers, and the row would be lost.
            WriteField(writer, fields.Count == 1 ? fields[i] ?? "" : fields[i]);
        }
        writer.Write("\r\n");
    }

    private static void WriteField(TextWriter writer, string? field)
    {
        if (field is null)
            return;
        // Spaces at the ends are data too, but some readers trim them unless they are quoted.
        if (field.Length > 0 && field[0] != ' ' && field[^1] != ' ' && !field.AsSpan().ContainsAny(NeedQuotes))
        {
            writer.Write(field);
            return;
        }
        writer.Write('"');
        writer.Write(field.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }
}
