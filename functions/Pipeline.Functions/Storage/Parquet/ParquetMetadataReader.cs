namespace Pipeline.Storage;

/// <summary>Reads the Thrift structs of a Parquet footer. Fields that Pipeline has no use for are passed over.</summary>
/// <remarks>
/// Parquet.Net reads footers too, but a few changed bytes make it loop forever or ask for all memory, and a server reads what
/// others upload.
/// </remarks>
internal static class ParquetMetadataReader
{
    /// <summary>Reads a footer.</summary>
    /// <exception cref="InvalidDataException">The bytes are no footer.</exception>
    /// <exception cref="NotSupportedException">It is the footer of an encrypted file.</exception>
    public static ParquetMetadata Read(ReadOnlySpan<byte> footer)
    {
        var reader = new ThriftCompactReader(footer);
        List<SchemaElement>? schema = null;
        List<RowGroup>? rowGroups = null;
        long? rows = null;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 2:
                    var elements = reader.ReadListOf(ThriftType.Struct, type);
                    schema = [];
                    while (elements-- > 0) schema.Add(ReadSchemaElement(ref reader));
                    break;
                case 3:
                    rows = reader.ReadInt64(type);
                    break;
                case 4:
                    var groups = reader.ReadListOf(ThriftType.Struct, type);
                    rowGroups = [];
                    while (groups-- > 0) rowGroups.Add(ReadRowGroup(ref reader));
                    break;
                case 8:
                    throw new NotSupportedException("it is encrypted");
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new ParquetMetadata(
            schema ?? throw reader.Malformed("it has no schema"),
            rows ?? throw reader.Malformed("it has no number of rows"),
            rowGroups ?? throw reader.Malformed("it has no row groups"));
    }

    private static SchemaElement ReadSchemaElement(ref ThriftCompactReader reader)
    {
        var element = new SchemaElement();
        string? name = null;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1: element.Type = ReadEnum<ParquetType>(ref reader, type); break;
                case 2: element.TypeLength = reader.ReadInt32(type); break;
                case 3: element.Repetition = ReadEnum<Repetition>(ref reader, type); break;
                case 4: name = reader.ReadString(type); break;
                case 5: element.NumChildren = reader.ReadInt32(type); break;
                case 6: element.ConvertedType = ReadEnum<ConvertedType>(ref reader, type); break;
                case 7: element.Scale = reader.ReadInt32(type); break;
                case 8: element.Precision = reader.ReadInt32(type); break;
                case 10: element.LogicalType = ReadLogicalType(ref reader, type); break;
                default: reader.Skip(type); break;
            }
        }

        return element with { Name = name ?? throw reader.Malformed("a column has no name") };
    }

    private static LogicalType? ReadLogicalType(ref ThriftCompactReader reader, ThriftType type)
    {
        if (type != ThriftType.Struct) throw reader.Malformed("a logical type is no struct");
        LogicalType? logical = null;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var member);)
        {
            if (member != ThriftType.Struct) throw reader.Malformed("a logical type is no struct");
            logical = ReadLogicalMember(ref reader, (LogicalKind)id);
        }

        return logical;
    }

    private static LogicalType ReadLogicalMember(ref ThriftCompactReader reader, LogicalKind kind)
    {
        var logical = new LogicalType(kind);
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (kind, id)
            {
                case (LogicalKind.Decimal, 1): logical = logical with { Scale = reader.ReadInt32(type) }; break;
                case (LogicalKind.Decimal, 2): logical = logical with { Precision = reader.ReadInt32(type) }; break;
                case (LogicalKind.Time or LogicalKind.Timestamp, 1): logical = logical with { IsAdjustedToUtc = reader.ReadBool(type) }; break;
                case (LogicalKind.Time or LogicalKind.Timestamp, 2): logical = logical with { Unit = ReadTimeUnit(ref reader, type) }; break;
                case (LogicalKind.Integer, 1): logical = logical with { BitWidth = reader.ReadInt8(type) }; break;
                case (LogicalKind.Integer, 2): logical = logical with { IsSigned = reader.ReadBool(type) }; break;
                default: reader.Skip(type); break;
            }
        }

        return logical;
    }

    private static TimeUnit ReadTimeUnit(ref ThriftCompactReader reader, ThriftType type)
    {
        if (type != ThriftType.Struct) throw reader.Malformed("a time unit is no struct");
        var unit = default(TimeUnit);
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var member);)
        {
            unit = (TimeUnit)id;
            reader.Skip(member);
        }

        return Enum.IsDefined(unit) ? unit : throw reader.Malformed($"there is no time unit {(int)unit}");
    }

    private static RowGroup ReadRowGroup(ref ThriftCompactReader reader)
    {
        List<ColumnChunk>? columns = null;
        long? rows = null;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1:
                    var count = reader.ReadListOf(ThriftType.Struct, type);
                    columns = [];
                    while (count-- > 0) columns.Add(ReadColumnChunk(ref reader));
                    break;
                case 3:
                    rows = reader.ReadInt64(type);
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        return new RowGroup(
            rows ?? throw reader.Malformed("a row group has no number of rows"),
            columns ?? throw reader.Malformed("a row group has no columns"));
    }

    private static ColumnChunk ReadColumnChunk(ref ThriftCompactReader reader)
    {
        ColumnMetaData? data = null;
        long? offsetIndex = null, columnIndex = null;
        int offsetIndexLength = 0, columnIndexLength = 0;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            switch (id)
            {
                case 1 when reader.ReadBinary(type).Length > 0: throw new NotSupportedException("its columns are in other files");
                case 1: break;
                case 3: data = ReadColumnMetaData(ref reader, type); break;
                case 4: offsetIndex = reader.ReadInt64(type); break;
                case 5: offsetIndexLength = reader.ReadInt32(type); break;
                case 6: columnIndex = reader.ReadInt64(type); break;
                case 7: columnIndexLength = reader.ReadInt32(type); break;
                case 8 or 9: throw new NotSupportedException("its columns are encrypted");
                default: reader.Skip(type); break;
            }
        }

        return new ColumnChunk(
            data ?? throw reader.Malformed("a column chunk has no description"),
            offsetIndex is { } offset ? new ByteRange(offset, offsetIndexLength) : null,
            columnIndex is { } column ? new ByteRange(column, columnIndexLength) : null);
    }

    private static ColumnMetaData ReadColumnMetaData(ref ThriftCompactReader reader, ThriftType type)
    {
        if (type != ThriftType.Struct) throw reader.Malformed("a column chunk's description is no struct");
        var data = new ColumnMetaData();
        var seen = 0;
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var field);)
        {
            if (id is 1 or 5 or 7 or 9) seen |= 1 << id;
            switch (id)
            {
                case 1: data.Type = ReadEnum<ParquetType>(ref reader, field); break;
                case 5: data.NumValues = reader.ReadInt64(field); break;
                case 7: data.TotalCompressedSize = reader.ReadInt64(field); break;
                case 9: data.DataPageOffset = reader.ReadInt64(field); break;
                case 10: data.IndexPageOffset = reader.ReadInt64(field); break;
                case 11: data.DictionaryPageOffset = reader.ReadInt64(field); break;
                case 12: data.Statistics = ReadStatistics(ref reader, field); break;
                case 14: data.BloomFilterOffset = reader.ReadInt64(field); break;
                case 15: data.BloomFilterLength = reader.ReadInt32(field); break;
                default: reader.Skip(field); break;
            }
        }

        return seen == (1 << 1 | 1 << 5 | 1 << 7 | 1 << 9) ? data : throw reader.Malformed("a column chunk lacks its type, size or place");
    }

    private static WireStatistics ReadStatistics(ref ThriftCompactReader reader, ThriftType type)
    {
        if (type != ThriftType.Struct) throw reader.Malformed("statistics are no struct");
        var statistics = new WireStatistics();
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var field);)
        {
            switch (id)
            {
                case 1: statistics.Max = reader.ReadBinary(field).ToArray(); break;
                case 2: statistics.Min = reader.ReadBinary(field).ToArray(); break;
                case 3: statistics.NullCount = reader.ReadInt64(field); break;
                case 5: statistics.MaxValue = reader.ReadBinary(field).ToArray(); break;
                case 6: statistics.MinValue = reader.ReadBinary(field).ToArray(); break;
                case 7: statistics.IsMaxExact = reader.ReadBool(field); break;
                case 8: statistics.IsMinExact = reader.ReadBool(field); break;
                default: reader.Skip(field); break;
            }
        }

        return statistics;
    }

    private static T ReadEnum<T>(ref ThriftCompactReader reader, ThriftType type) where T : struct, Enum
    {
        var value = (T)(object)reader.ReadInt32(type);
        return Enum.IsDefined(value) ? value : throw reader.Malformed($"there is no {typeof(T).Name} {value}");
    }
}
