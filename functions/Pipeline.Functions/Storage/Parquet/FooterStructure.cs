using static Pipeline.Storage.FooterField;

namespace Pipeline.Storage;

/// <summary>The structs of a Parquet footer, with the fields that Pipeline uses, and what each may hold. Names and numbers are those of parquet.thrift.</summary>
/// <remarks>Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift</remarks>
internal static class FooterStructure
{
    /// <summary>How many children an element of the schema has. It stands before what refers to it, as these are initialized in their order.</summary>
    public static readonly FooterField NumChildren = Int32(5, "num_children");

    private static readonly FooterStruct s_marker = new("marker");

    private static readonly FooterStruct s_timeUnit = FooterStruct.Union(
        "TimeUnit", Struct(1, "MILLIS", s_marker), Struct(2, "MICROS", s_marker), Struct(3, "NANOS", s_marker));

    private static readonly FooterStruct s_logicalType = FooterStruct.Union(
        "LogicalType",
        Struct(1, "STRING", s_marker),
        Struct(2, "MAP", s_marker),
        Struct(3, "LIST", s_marker),
        Struct(4, "ENUM", s_marker),
        Struct(5, "DECIMAL", new("DecimalType", Int32(1, "scale"), Int32(2, "precision"))),
        Struct(6, "DATE", s_marker),
        Struct(7, "TIME", new("TimeType", Bool(1, "isAdjustedToUTC"), Struct(2, "unit", s_timeUnit))),
        Struct(8, "TIMESTAMP", new("TimestampType", Bool(1, "isAdjustedToUTC"), Struct(2, "unit", s_timeUnit))),
        Struct(10, "INTEGER", new("IntType", Int8(1, "bitWidth"), Bool(2, "isSigned"))),
        Struct(11, "UNKNOWN", s_marker),
        Struct(12, "JSON", s_marker),
        Struct(13, "BSON", s_marker),
        Struct(14, "UUID", s_marker),
        Struct(15, "FLOAT16", s_marker),
        Struct(16, "VARIANT", s_marker),
        Struct(17, "GEOMETRY", s_marker),
        Struct(18, "GEOGRAPHY", s_marker));

    private static readonly FooterStruct s_schemaElement = new(
        "SchemaElement",
        Enum<Parquet.Meta.Type>(1, "type"),
        Int32(2, "type_length"),
        Enum<Parquet.Meta.FieldRepetitionType>(3, "repetition_type"),
        Text(4, "name") with { IsRequired = true },
        NumChildren,
        Enum<Parquet.Meta.ConvertedType>(6, "converted_type"),
        Int32(7, "scale"),
        Int32(8, "precision"),
        Struct(10, "logicalType", s_logicalType));

    private static readonly FooterStruct s_statistics = new(
        "Statistics",
        Bytes(1, "max"),
        Bytes(2, "min"),
        Int64(3, "null_count"),
        Bytes(5, "max_value"),
        Bytes(6, "min_value"),
        Bool(7, "is_max_value_exact"),
        Bool(8, "is_min_value_exact"));

    private static readonly FooterStruct s_columnMetaData = new(
        "ColumnMetaData",
        Enum<Parquet.Meta.Type>(1, "type") with { IsRequired = true },
        Int64(5, "num_values") with { IsRequired = true },
        Int64(7, "total_compressed_size") with { IsRequired = true },
        Int64(9, "data_page_offset") with { IsRequired = true },
        Int64(10, "index_page_offset"),
        Int64(11, "dictionary_page_offset"),
        Struct(12, "statistics", s_statistics),
        Int64(14, "bloom_filter_offset"),
        Int32(15, "bloom_filter_length"));

    private static readonly FooterStruct s_columnChunk = new(
        "ColumnChunk",
        Bytes(1, "file_path"),
        Struct(3, "meta_data", s_columnMetaData) with { IsRequired = true },
        Int64(4, "offset_index_offset"),
        Int32(5, "offset_index_length"),
        Int64(6, "column_index_offset"),
        Int32(7, "column_index_length"),
        Struct(8, "crypto_metadata", s_marker) with { Refusal = "its columns are encrypted" },
        Bytes(9, "encrypted_column_metadata") with { Refusal = "its columns are encrypted" });

    private static readonly FooterStruct s_rowGroup = new(
        "RowGroup", List(1, "columns", s_columnChunk) with { IsRequired = true }, Int64(3, "num_rows") with { IsRequired = true });

    /// <summary>The schema: its tree's elements, each before its children.</summary>
    public static readonly FooterField Schema = List(2, "schema", s_schemaElement) with { IsRequired = true };

    /// <summary>The footer.</summary>
    public static readonly FooterStruct FileMetaData = new(
        "FileMetaData",
        Schema,
        Int64(3, "num_rows") with { IsRequired = true },
        List(4, "row_groups", s_rowGroup) with { IsRequired = true },
        Struct(8, "encryption_algorithm", s_marker) with { Refusal = "it is encrypted" });
}
