using System.Globalization;
using Parquet.Meta;
using ParquetType = Parquet.Meta.Type;

namespace Pipeline.Storage;

/// <summary>Turns a footer's list of schema elements into columns with the types that DuckDB gives them.</summary>
internal static class ParquetSchema
{
    /// <summary>A column of the table, and the leaves below it, which are what the file has chunks of.</summary>
    /// <param name="Column">What the table sees.</param>
    /// <param name="Leaves">How many leaves it has.</param>
    /// <param name="Plain">The one leaf of a column that is neither nested nor repeated, otherwise null.</param>
    public sealed record Entry(DatasetColumn Column, int Leaves, SchemaElement? Plain);

    /// <summary>Reads the columns.</summary>
    /// <param name="elements">The elements, which <see cref="FooterGuard"/> made sure are a tree of bounded depth.</param>
    /// <exception cref="InvalidDataException">The elements contradict themselves.</exception>
    /// <exception cref="NotSupportedException">A column has a type that DuckDB does not read.</exception>
    public static IReadOnlyList<Entry> Columns(IReadOnlyList<SchemaElement> elements)
    {
        var entries = new List<Entry>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var next = 1;
        for (var i = 0; i < (elements[0].NumChildren ?? 0); i++)
        {
            var first = next;
            var leaves = 0;
            var (type, element) = Node(elements, ref next, ref leaves);
            if (!names.Add(element.Name))
                throw new NotSupportedException($"it has two columns named '{element.Name}' (case aside), which SQL cannot tell apart");
            var plain = next == first + 1 && element.RepetitionType != FieldRepetitionType.REPEATED ? element : null;
            entries.Add(new Entry(new DatasetColumn(element.Name, type, element.RepetitionType is not (null or FieldRepetitionType.REQUIRED)), leaves, plain));
        }

        return entries.Count > 0 ? entries : throw new InvalidDataException("it has no columns");
    }

    private static (string Type, SchemaElement Element) Node(IReadOnlyList<SchemaElement> elements, ref int next, ref int leaves)
    {
        var index = next++;
        var element = elements[index];
        if (element.NumChildren is null or 0)
        {
            leaves++;
            return (Repeat(LeafType(element), element), element);
        }

        var fields = new List<(string Type, SchemaElement Element)>();
        for (var i = 0; i < element.NumChildren; i++) fields.Add(Node(elements, ref next, ref leaves));
        return (GroupType(element, elements[index - 1], fields), element);
    }

    private static string Repeat(string type, SchemaElement element) => element.RepetitionType == FieldRepetitionType.REPEATED ? type + "[]" : type;

    // Lists and maps have had several layouts. Like DuckDB, this takes a repeated group of one field for that field.
    private static string GroupType(SchemaElement group, SchemaElement before, List<(string Type, SchemaElement Element)> fields)
    {
        var isEntry = group.ConvertedType == ConvertedType.MAP_KEY_VALUE || IsMap(before) && before.NumChildren == 1;
        if (isEntry && group.RepetitionType == FieldRepetitionType.REPEATED)
        {
            return fields.Count == 2
                ? $"MAP({fields[0].Type}, {fields[1].Type})"
                : throw new InvalidDataException($"its map '{group.Name}' has {fields.Count} fields in an entry, not a key and a value");
        }

        var isWrapper = group.RepetitionType == FieldRepetitionType.REPEATED || IsMap(group) || group.ConvertedType == ConvertedType.LIST || group.LogicalType?.LIST is not null;
        var type = isWrapper && fields.Count == 1
            ? fields[0].Type
            : $"STRUCT({string.Join(", ", fields.Select(f => $"{Quote(f.Element.Name)} {f.Type}"))})";
        return Repeat(type, group);
    }

    private static bool IsMap(SchemaElement element) =>
        element.ConvertedType == ConvertedType.MAP || element.LogicalType?.MAP is not null;

    private static string LeafType(SchemaElement leaf)
    {
        var type = leaf.Type ?? throw new InvalidDataException($"its column '{leaf.Name}' has no type");
        if (type == ParquetType.FIXED_LEN_BYTE_ARRAY && leaf.TypeLength is null or <= 0)
            throw new InvalidDataException($"its column '{leaf.Name}' has no length");

        return LogicalTypeOf(leaf, type) ?? leaf.ConvertedType switch
        {
            ConvertedType.INT_8 => "TINYINT",
            ConvertedType.INT_16 => "SMALLINT",
            ConvertedType.INT_32 => "INTEGER",
            ConvertedType.INT_64 => "BIGINT",
            ConvertedType.UINT_8 => "UTINYINT",
            ConvertedType.UINT_16 => "USMALLINT",
            ConvertedType.UINT_32 => "UINTEGER",
            ConvertedType.UINT_64 => "UBIGINT",
            ConvertedType.DATE => "DATE",
            ConvertedType.TIME_MILLIS or ConvertedType.TIME_MICROS => "TIME",
            ConvertedType.TIMESTAMP_MILLIS or ConvertedType.TIMESTAMP_MICROS => "TIMESTAMP",
            ConvertedType.UTF8 or ConvertedType.ENUM => "VARCHAR",
            ConvertedType.JSON => "JSON",
            ConvertedType.INTERVAL => "INTERVAL",
            ConvertedType.DECIMAL => Decimal(leaf, leaf.Precision ?? 0, leaf.Scale ?? 0),
            ConvertedType.BSON => throw new NotSupportedException($"its column '{leaf.Name}' is BSON, which DuckDB does not read"),
            _ => PhysicalType(type),
        };
    }

    private static string? LogicalTypeOf(SchemaElement leaf, ParquetType type) => leaf.LogicalType switch
    {
        { STRING: not null } or { ENUM: not null } => "VARCHAR",
        { JSON: not null } => "JSON",
        { UUID: not null } when type == ParquetType.FIXED_LEN_BYTE_ARRAY => "UUID",
        { FLOAT16: not null } when type == ParquetType.FIXED_LEN_BYTE_ARRAY => "FLOAT",
        { DATE: not null } => "DATE",
        { DECIMAL: { } number } => Decimal(leaf, number.Precision, number.Scale),
        { INTEGER: { } number } => (number.IsSigned ? "" : "U") + number.BitWidth switch
        {
            8 => "TINYINT",
            16 => "SMALLINT",
            32 => "INTEGER",
            64 => "BIGINT",
            _ => throw new InvalidDataException($"its column '{leaf.Name}' is a number of {number.BitWidth} bits"),
        },
        { TIME.Unit: { MILLIS: null, MICROS: null, NANOS: null } } or { TIMESTAMP.Unit: { MILLIS: null, MICROS: null, NANOS: null } } =>
            throw new InvalidDataException($"its column '{leaf.Name}' is a time of no known unit"),
        { TIME.IsAdjustedToUTC: true } => "TIME WITH TIME ZONE",
        { TIME.Unit.NANOS: not null } => "TIME_NS",
        { TIME: not null } => "TIME",
        { TIMESTAMP.IsAdjustedToUTC: true } => "TIMESTAMP WITH TIME ZONE",
        { TIMESTAMP.Unit.NANOS: not null } => "TIMESTAMP_NS",
        { TIMESTAMP: not null } => "TIMESTAMP",
        { VARIANT: not null } => throw Unsupported(leaf, "Variant"),
        { GEOMETRY: not null } => throw Unsupported(leaf, "Geometry"),
        { GEOGRAPHY: not null } => throw Unsupported(leaf, "Geography"),
        _ => null,
    };

    private static NotSupportedException Unsupported(SchemaElement leaf, string type) =>
        new($"its column '{leaf.Name}' is of type {type}, which is not supported");

    private static string Decimal(SchemaElement leaf, int precision, int scale)
    {
        if (precision < 1 || scale < 0 || scale > precision)
            throw new InvalidDataException($"its column '{leaf.Name}' is a decimal of {precision} digits, {scale} of them after the point");
        // DuckDB has no wider decimals.
        return precision > 38 ? "DOUBLE" : string.Create(CultureInfo.InvariantCulture, $"DECIMAL({precision},{scale})");
    }

    private static string PhysicalType(ParquetType type) => type switch
    {
        ParquetType.BOOLEAN => "BOOLEAN",
        ParquetType.INT32 => "INTEGER",
        ParquetType.INT64 => "BIGINT",
        ParquetType.INT96 => "TIMESTAMP",
        ParquetType.FLOAT => "FLOAT",
        ParquetType.DOUBLE => "DOUBLE",
        _ => "BLOB",
    };

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
