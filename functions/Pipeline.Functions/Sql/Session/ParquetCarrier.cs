namespace Pipeline.Sql;

/// <summary>
/// Parquet lacks some of DuckDB's types, and DuckDB then writes the next best: HUGEINT becomes DOUBLE and loses digits. This
/// names, for each type, one that Parquet carries exactly and that casts there and back without loss.
/// </summary>
internal static class ParquetCarrier
{
    /// <summary>The type to write values as, so that casting them back to <paramref name="type"/> gives the same values; null if there is none.</summary>
    public static string? Exact(string type) => Carry(DuckDbType.Parse(type), hugeint: "VARCHAR");

    /// <summary>How a result's columns are stored for people and other programs: exactly where possible, with unique names.</summary>
    public static IReadOnlyList<ColumnSchema> StoredColumns(IReadOnlyList<ColumnSchema> columns) =>
        [.. WithStoredNames(columns).Select(c => c with { Type = Carry(DuckDbType.Parse(c.Type), hugeint: "DECIMAL(38,0)") ?? "VARCHAR" })];

    /// <summary>A result's columns as they are read back from where they are stored: a name that repeats has a number, and a type that Parquet
    /// cannot carry is text.</summary>
    public static IReadOnlyList<ColumnSchema> WithStoredNames(IReadOnlyList<ColumnSchema> columns)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. columns.Select(c =>
        {
            var name = c.Name;
            for (var i = 1; !taken.Add(name); i++)
            {
                name = $"{c.Name}_{i}";
            }

            return new ColumnSchema(name, Exact(c.Type) is null ? "VARCHAR" : c.Type);
        })];
    }

    private static string? Carry(DuckDbType type, string hugeint)
    {
        switch (type.Name)
        {
            case "HUGEINT":
                return hugeint;
            case "UHUGEINT" or "BIGNUM" or "BIT" or "INTERVAL" or "ENUM" or "TIME WITH TIME ZONE" or "TIME_NS" or "\"NULL\"" or "NULL":
                return "VARCHAR";
            case "TIMESTAMP_S" or "TIMESTAMP_MS":
                return "TIMESTAMP";
            case "BOOLEAN" or "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT"
                or "FLOAT" or "DOUBLE" or "DECIMAL" or "VARCHAR" or "BLOB" or "UUID" or "JSON"
                or "DATE" or "TIME" or "TIMESTAMP" or "TIMESTAMP_NS" or "TIMESTAMP WITH TIME ZONE":
                return type.Text;
            case "LIST" or "ARRAY":
                return Carry(type.Children[0].Type, hugeint) is { } element ? $"{element}[]" : null;
            case "MAP" when type.Children.Count == 2:
                return Carry(type.Children[0].Type, hugeint) is { } key && Carry(type.Children[1].Type, hugeint) is { } value ? $"MAP({key}, {value})" : null;
            case "STRUCT" when type.Children.All(c => !string.IsNullOrEmpty(c.Field)):
                var fields = type.Children.Select(c => (c.Field, Type: Carry(c.Type, hugeint))).ToList();
                return fields.Any(f => f.Type is null) ? null : $"STRUCT({string.Join(", ", fields.Select(f => $"{SqlText.Name(f.Field!)} {f.Type}"))})";
            default:
                return null;
        }
    }
}
