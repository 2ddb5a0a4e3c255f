namespace Pipeline.Storage;

/// <summary>A Parquet footer as it is on the wire, as far as Pipeline uses it. The names are those of parquet.thrift.</summary>
/// <remarks>Format: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift</remarks>
internal sealed record ParquetMetadata(IReadOnlyList<SchemaElement> Schema, long NumRows, IReadOnlyList<RowGroup> RowGroups);

internal sealed record SchemaElement
{
    public string Name { get; init; } = "";

    public ParquetType? Type { get; set; }

    public int? TypeLength { get; set; }

    public Repetition Repetition { get; set; }

    public int NumChildren { get; set; }

    public ConvertedType? ConvertedType { get; set; }

    public int? Scale { get; set; }

    public int? Precision { get; set; }

    public LogicalType? LogicalType { get; set; }
}

/// <summary>A logical type: a kind and what its kind needs.</summary>
internal readonly record struct LogicalType(LogicalKind Kind)
{
    public int Scale { get; init; }

    public int Precision { get; init; }

    public bool IsAdjustedToUtc { get; init; }

    public TimeUnit Unit { get; init; }

    public int BitWidth { get; init; }

    public bool IsSigned { get; init; }
}

internal sealed record RowGroup(long NumRows, IReadOnlyList<ColumnChunk> Columns);

internal sealed record ColumnChunk(ColumnMetaData MetaData, ByteRange? OffsetIndex, ByteRange? ColumnIndex);

internal sealed record ColumnMetaData
{
    public ParquetType Type { get; set; }

    public long NumValues { get; set; }

    public long TotalCompressedSize { get; set; }

    public long DataPageOffset { get; set; }

    public long? IndexPageOffset { get; set; }

    public long? DictionaryPageOffset { get; set; }

    public long? BloomFilterOffset { get; set; }

    public int? BloomFilterLength { get; set; }

    public WireStatistics? Statistics { get; set; }
}

/// <summary>A chunk's statistics. Only <c>min_value</c> and <c>max_value</c> have an order that the format defines for every type.</summary>
internal sealed record WireStatistics
{
    public byte[]? Min { get; set; }

    public byte[]? Max { get; set; }

    public byte[]? MinValue { get; set; }

    public byte[]? MaxValue { get; set; }

    public long? NullCount { get; set; }

    public bool? IsMinExact { get; set; }

    public bool? IsMaxExact { get; set; }
}

internal enum ParquetType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

internal enum Repetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}

internal enum ConvertedType
{
    Utf8 = 0,
    Map = 1,
    MapKeyValue = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    TimeMillis = 7,
    TimeMicros = 8,
    TimestampMillis = 9,
    TimestampMicros = 10,
    UInt8 = 11,
    UInt16 = 12,
    UInt32 = 13,
    UInt64 = 14,
    Int8 = 15,
    Int16 = 16,
    Int32 = 17,
    Int64 = 18,
    Json = 19,
    Bson = 20,
    Interval = 21,
}

/// <summary>The members of the union LogicalType, by their field numbers.</summary>
internal enum LogicalKind
{
    String = 1,
    Map = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    Time = 7,
    Timestamp = 8,
    Integer = 10,
    Unknown = 11,
    Json = 12,
    Bson = 13,
    Uuid = 14,
    Float16 = 15,
    Variant = 16,
    Geometry = 17,
    Geography = 18,
}

/// <summary>The members of the union TimeUnit, by their field numbers.</summary>
internal enum TimeUnit
{
    Millis = 1,
    Micros = 2,
    Nanos = 3,
}
