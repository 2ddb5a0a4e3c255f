using System.Globalization;

namespace Pipeline.Sql;

/// <summary>Writes names and values into SQL so that they cannot be anything else.</summary>
internal static class SqlText
{
    /// <summary>A name in double quotes.</summary>
    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A string in single quotes.</summary>
    public static string Literal(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A string, or <c>NULL</c>.</summary>
    public static string LiteralOrNull(string? value) => value is null ? "NULL" : Literal(value);

    /// <summary>A list of strings.</summary>
    public static string Literals(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Literal))}]";

    /// <summary>A whole number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Columns with their types but without rows.</summary>
    public static string EmptySelect(IEnumerable<ColumnSchema> columns) =>
        $"SELECT {string.Join(", ", columns.Select(c => $"CAST(NULL AS {c.Type}) AS {Name(c.Name)}"))} WHERE false";
}
