using System.Globalization;

namespace Pipeline.Storage;

/// <summary>Turns a footer's list of schema elements into columns with the types that DuckDB gives them.</summary>
internal static class ParquetSchema
{
    private const int MostElements = 100_000;
    private const int DeepestNesting = 64;

    /// <summary>A column of the table, and the leaves below it, which are what the file has chunks of.</summary>
    /// <param name="Column">What the table sees.</param>
    /// <param name="Leaves">How many leaves it has.</param>
    /// <param name="Plain">The one leaf of a column that is neither nested nor repeated, otherwise null.</param>
    public sealed record Entry(DatasetColumn Column, int Leaves, SchemaElement? Plain);

    /// <summary>Reads the columns.</summary>
    /// <exception cref="InvalidDataException">The elements make no tree, or contradict themselves.</exception>
    /// <exception cref="NotSupportedException">A column has a type that DuckDB does not read.</exception>
    public static IReadOnlyList<Entry> Columns(IReadOnlyList<SchemaElement> elements)
    {
        if (elements.Count is 0 or > MostElements) throw new InvalidDataException($"its schema has {elements.Count} elements");
        var entries = new List<Entry>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var next = 1;
        for (var i = 0; i < elements[0].NumChildren; i++)
        {
            var first = next;
            var leaves = 0;
            var (type, element) = Node(elements, ref next, ref leaves, depth: 0);
            if (!names.Add(element.Name))
                throw new NotSupportedException($"it has two columns named '{element.Name}' (case aside), which SQL cannot tell apart");
            var plain = next == first + 1 && element.Repetition != Repetition.Repeated ? element : null;
            entries.Add(new Entry(new DatasetColumn(element.Name, type, element.Repetition != Repetition.Required), leaves, plain));
        }

        if (next != elements.Count) throw new InvalidDataException("its schema has elements that belong to no column");
        return entries.Count > 0 ? entries : throw new InvalidDataException("it has no columns");
    }

    private static (string Type, SchemaElement Element) Node(IReadOnlyList<SchemaElement> elements, ref int next, ref int leaves, int depth)
    {
        if (next >= elements.Count) throw new InvalidDataException("its schema ends too early");
        if (depth > DeepestNesting) throw new InvalidDataException("its schema is nested too deep");
        var index = next++;
        var element = elements[index];
        if (element.NumChildren == 0)
        {
            leaves++;
            return (Repeat(LeafType(element), element), element);
        }

        var fields = new List<(string Type, SchemaElement Element)>();
        for (var i = 0; i < element.NumChildren; i++) fields.Add(Node(elements, ref next, ref leaves, depth + 1));
        return (GroupType(element, elements[index - 1], fields), element);
    }

    private static string Repeat(string type, SchemaElement element) => element.Repetition == Repetition.Repeated ? type + "[]" : type;

    // Lists and maps have had several layouts. Like DuckDB, this takes a repeated group of one field for that field.
    private static string GroupType(SchemaElement group, SchemaElement before, List<(string Type, SchemaElement Element)> fields)
    {
        var isEntry = group.ConvertedType == ConvertedType.MapKeyValue || IsMap(before) && before.NumChildren == 1;
        if (isEntry && group.Repetition == Repetition.Repeated)
        {
            return fields.Count == 2
                ? $"MAP({fields[0].Type}, {fields[1].Type})"
                : throw new InvalidDataException($"its map '{group.Name}' has {fields.Count} fields in an entry, not a key and a value");
        }

        var isWrapper = group.Repetition == Repetition.Repeated || IsMap(group) || group.ConvertedType == ConvertedType.List || group.LogicalType?.Kind == LogicalKind.List;
        var type = isWrapper && fields.Count == 1
            ? fields[0].Type
            : $"STRUCT({string.Join(", ", fields.Select(f => $"{Quote(f.Element.Name)} {f.Type}"))})";
        return Repeat(type, group);
    }

    private static bool IsMap(SchemaElement element) =>
        element.ConvertedType == ConvertedType.Map || element.LogicalType?.Kind == LogicalKind.Map;

    private static string LeafType(SchemaElement leaf)
    {
        var type = leaf.Type ?? throw new InvalidDataException($"its column '{leaf.Name}' has no type");
        if (type == ParquetType.FixedLenByteArray && leaf.TypeLength is null or <= 0)
            throw new InvalidDataException($"its column '{leaf.Name}' has no length");

        return LogicalTypeOf(leaf, type) ?? leaf.ConvertedType switch
        {
            ConvertedType.Int8 => "TINYINT",
            ConvertedType.Int16 => "SMALLINT",
            ConvertedType.Int32 => "INTEGER",
            ConvertedType.Int64 => "BIGINT",
            ConvertedType.UInt8 => "UTINYINT",
            ConvertedType.UInt16 => "USMALLINT",
            ConvertedType.UInt32 => "UINTEGER",
            ConvertedType.UInt64 => "UBIGINT",
            ConvertedType.Date => "DATE",
            ConvertedType.TimeMillis or ConvertedType.TimeMicros => "TIME",
            ConvertedType.TimestampMillis or ConvertedType.TimestampMicros => "TIMESTAMP",
            ConvertedType.Utf8 or ConvertedType.Enum => "VARCHAR",
            ConvertedType.Json => "JSON",
            ConvertedType.Interval => "INTERVAL",
            ConvertedType.Decimal => Decimal(leaf, leaf.Precision ?? 0, leaf.Scale ?? 0),
            ConvertedType.Bson => throw new NotSupportedException($"its column '{leaf.Name}' is BSON, which DuckDB does not read"),
            _ => PhysicalType(type),
        };
    }

    private static string? LogicalTypeOf(SchemaElement leaf, ParquetType type) => leaf.LogicalType switch
    {
        { Kind: LogicalKind.String or LogicalKind.Enum } => "VARCHAR",
        { Kind: LogicalKind.Json } => "JSON",
        { Kind: LogicalKind.Uuid } when type == ParquetType.FixedLenByteArray => "UUID",
        { Kind: LogicalKind.Float16 } when type == ParquetType.FixedLenByteArray => "FLOAT",
        { Kind: LogicalKind.Date } => "DATE",
        { Kind: LogicalKind.Decimal } l => Decimal(leaf, l.Precision, l.Scale),
        { Kind: LogicalKind.Integer } l => (l.IsSigned ? "" : "U") + l.BitWidth switch
        {
            8 => "TINYINT",
            16 => "SMALLINT",
            32 => "INTEGER",
            64 => "BIGINT",
            _ => throw new InvalidDataException($"its column '{leaf.Name}' is a number of {l.BitWidth} bits"),
        },
        { Kind: LogicalKind.Time, IsAdjustedToUtc: true } => "TIME WITH TIME ZONE",
        { Kind: LogicalKind.Time, Unit: TimeUnit.Nanos } => "TIME_NS",
        { Kind: LogicalKind.Time } => "TIME",
        { Kind: LogicalKind.Timestamp, IsAdjustedToUtc: true } => "TIMESTAMP WITH TIME ZONE",
        { Kind: LogicalKind.Timestamp, Unit: TimeUnit.Nanos } => "TIMESTAMP_NS",
        { Kind: LogicalKind.Timestamp } => "TIMESTAMP",
        { Kind: LogicalKind.Variant or LogicalKind.Geometry or LogicalKind.Geography } l =>
            throw new NotSupportedException($"its column '{leaf.Name}' is of type {l.Kind}, which is not supported"),
        _ => null,
    };

    private static string Decimal(SchemaElement leaf, int precision, int scale)
    {
        if (precision < 1 || scale < 0 || scale > precision)
            throw new InvalidDataException($"its column '{leaf.Name}' is a decimal of {precision} digits, {scale} of them after the point");
        // DuckDB has no wider decimals.
        return precision > 38 ? "DOUBLE" : string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale})");
    }

    private static string PhysicalType(ParquetType type) => type switch
    {
        ParquetType.Boolean => "BOOLEAN",
        ParquetType.Int32 => "INTEGER",
        ParquetType.Int64 => "BIGINT",
        ParquetType.Int96 => "TIMESTAMP",
        ParquetType.Float => "FLOAT",
        ParquetType.Double => "DOUBLE",
        _ => "BLOB",
    };

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
