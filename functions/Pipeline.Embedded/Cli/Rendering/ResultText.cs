using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>A job's rows in each of the formats.</summary>
internal static class ResultText
{
    /// <summary>The rows for a person.</summary>
    public static TextTable Table(JobResult result) => TextTable.Of([.. result.Columns.Select(c => new TextTable.Column(c.Name, IsNumber(c.Type)))], result.Rows, Fields);

    /// <summary>The rows as CSV, with a header.</summary>
    public static void WriteCsv(TextWriter writer, JobResult result) => CsvText.Write(writer, [.. result.Columns.Select(c => c.Name)], result.Rows, Fields);

    /// <summary>The API's document, a row a line.</summary>
    public static void WriteJson(TextWriter writer, JobResult result)
    {
        writer.Write("{\n  \"columns\": [");
        WriteLines(writer, result.Columns.Select(c => JsonSerializer.Serialize(c, CliJson.Compact.ResultColumn)));
        writer.Write("],\n  \"rows\": [");
        // Raw text: a number keeps all the digits that it came with.
        WriteLines(writer, result.Rows.Select(r => r.GetRawText()));
        writer.Write("],\n  \"rowCount\": ");
        writer.Write(result.RowCount.ToString(CultureInfo.InvariantCulture));
        writer.Write(",\n  \"files\": [");
        WriteLines(writer, result.Files.Select(f => JsonSerializer.Serialize(f, CliJson.Compact.String)));
        writer.Write("]\n}\n");
    }

    private static void WriteLines(TextWriter writer, IEnumerable<string> values)
    {
        var any = false;
        foreach (var value in values)
        {
            writer.Write(any ? ",\n    " : "\n    ");
            writer.Write(value);
            any = true;
        }
        if (any)
            writer.Write("\n  ");
    }

    /// <summary>The values of a row as texts; null for null.</summary>
    internal static string?[] Fields(JsonElement row)
    {
        var fields = new string?[row.GetArrayLength()];
        var i = 0;
        foreach (var value in row.EnumerateArray())
        {
            fields[i++] = value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                _ => value.GetRawText(),
            };
        }
        return fields;
    }

    /// <summary>Whether values of a SQL type are numbers, which line up at their last digit.</summary>
    internal static bool IsNumber(string type)
    {
        if (type.EndsWith(']'))
            return false; // a list of numbers is not a number
        var end = type.AsSpan().IndexOfAny('(', ' ');
        return (end < 0 ? type : type[..end]).ToUpperInvariant() is "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "UTINYINT" or "USMALLINT" or "UINTEGER"
            or "UBIGINT" or "UHUGEINT" or "BIGNUM" or "DECIMAL" or "FLOAT" or "DOUBLE";
    }
}
