using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Parquet.Meta;
using ParquetType = Parquet.Meta.Type;

namespace Pipeline.Storage;

/// <summary>
/// Turns the bytes of a footer's statistics into values that can be trusted: a row group is skipped, and its rows lost to the
/// query, if they are wrong.
/// </summary>
internal static class StatisticsReader
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a chunk's statistics.</summary>
    /// <param name="wire">What the footer holds, if anything.</param>
    /// <param name="leaf">The column's schema.</param>
    /// <param name="type">The column's DuckDB type.</param>
    /// <param name="rows">How many rows the row group has.</param>
    public static ChunkStatistics Read(Statistics? wire, SchemaElement leaf, string type, long rows)
    {
        if (wire is null) return ChunkStatistics.Unknown;
        var nulls = wire.NullCount is >= 0 and var n && n <= rows ? wire.NullCount : null;
        var min = wire.IsMinValueExact == false ? null : wire.MinValue;
        var max = wire.IsMaxValueExact == false ? null : wire.MaxValue;
        if (wire.MinValue is null && wire.MaxValue is null && OldOrderIsDefined(leaf, type))
            (min, max) = (wire.Min, wire.Max);

        var least = min is null ? null : Value(min, leaf, type);
        var greatest = max is null ? null : Value(max, leaf, type);
        if (least is not null && greatest is not null && Comparer<IComparable>.Default.Compare(least.Value.Key, greatest.Value.Key) > 0)
            return new ChunkStatistics(null, null, nulls);
        return new ChunkStatistics(least?.Text, type is "FLOAT" or "DOUBLE" ? null : greatest?.Text, nulls);
    }

    // The first version of the format compared all bytes as signed, which is wrong for texts and unsigned numbers.
    private static bool OldOrderIsDefined(SchemaElement leaf, string type) =>
        leaf.Type is ParquetType.BOOLEAN or ParquetType.INT32 or ParquetType.INT64 or ParquetType.FLOAT or ParquetType.DOUBLE
        && !type.StartsWith('U');

    private static (IComparable Key, string Text)? Value(ReadOnlySpan<byte> bytes, SchemaElement leaf, string type)
    {
        switch (leaf.Type)
        {
            case ParquetType.BOOLEAN when bytes.Length == 1 && type == "BOOLEAN":
                return (bytes[0] != 0, bytes[0] != 0 ? "true" : "false");
            case ParquetType.INT32 when bytes.Length == 4:
                var number = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                return Whole(type.StartsWith('U') ? (uint)number : number, leaf, type);
            case ParquetType.INT64 when bytes.Length == 8:
                var large = BinaryPrimitives.ReadInt64LittleEndian(bytes);
                return Whole(type.StartsWith('U') ? (ulong)large : large, leaf, type);
            case ParquetType.FLOAT when bytes.Length == 4 && type == "FLOAT":
                return Floating(BinaryPrimitives.ReadSingleLittleEndian(bytes), v => v.ToString("R", CultureInfo.InvariantCulture));
            case ParquetType.DOUBLE when bytes.Length == 8 && type == "DOUBLE":
                return Floating(BinaryPrimitives.ReadDoubleLittleEndian(bytes), v => v.ToString("R", CultureInfo.InvariantCulture));
            case ParquetType.BYTE_ARRAY or ParquetType.FIXED_LEN_BYTE_ARRAY when type.StartsWith("DECIMAL", StringComparison.Ordinal) && bytes.Length is > 0 and <= 32:
                return Whole(new BigInteger(bytes, isUnsigned: false, isBigEndian: true), leaf, type);
            case ParquetType.BYTE_ARRAY or ParquetType.FIXED_LEN_BYTE_ARRAY when type == "VARCHAR":
                return Text(bytes);
            default:
                return null;
        }
    }

    private static (IComparable, string)? Whole(BigInteger value, SchemaElement leaf, string type) => type switch
    {
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" =>
            (value, value.ToString(CultureInfo.InvariantCulture)),
        "DATE" => Moment(value, ticksPerUnit: TimeSpan.TicksPerDay, 1, "yyyy-MM-dd"),
        "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" or "TIMESTAMP_NS" => UnitOf(leaf) switch
        {
            { MILLIS: not null } => Moment(value, TimeSpan.TicksPerMillisecond, 1, "yyyy-MM-dd HH:mm:ss.fff", zone: type),
            { MICROS: not null } => Moment(value, TimeSpan.TicksPerMicrosecond, 1, "yyyy-MM-dd HH:mm:ss.ffffff", zone: type),
            { NANOS: not null } => Moment(value, 1, 100, "yyyy-MM-dd HH:mm:ss.fffffff", zone: type),
            _ => null,
        },
        _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => (value, Decimal(value, leaf.LogicalType?.DECIMAL?.Scale ?? leaf.Scale ?? 0)),
        _ => null,
    };

    private static TimeUnit? UnitOf(SchemaElement leaf) => leaf.LogicalType?.TIMESTAMP?.Unit ?? leaf.ConvertedType switch
    {
        ConvertedType.TIMESTAMP_MILLIS => new TimeUnit { MILLIS = new MilliSeconds() },
        ConvertedType.TIMESTAMP_MICROS => new TimeUnit { MICROS = new MicroSeconds() },
        _ => null,
    };

    // Since 1970-01-01. DuckDB's infinities and years beyond .NET's are out of range, and so unknown.
    private static (IComparable, string)? Moment(BigInteger value, long ticksPerUnit, int unitsPerTick, string format, string zone = "")
    {
        var ticks = BigInteger.DivRem(value * ticksPerUnit, unitsPerTick, out var rest) + DateTime.UnixEpoch.Ticks;
        if (rest.Sign < 0) (ticks, rest) = (ticks - 1, rest + unitsPerTick);
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks) return null;
        var text = new DateTime((long)ticks).ToString(format, CultureInfo.InvariantCulture);
        if (unitsPerTick == 100) text += ((int)rest).ToString("00", CultureInfo.InvariantCulture);
        return (value, zone == "TIMESTAMP WITH TIME ZONE" ? text + "+00" : text);
    }

    private static string Decimal(BigInteger unscaled, int scale)
    {
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return unscaled.Sign < 0 ? "-" + text : text;
    }

    // Zero may stand for either zero: writers differ in which they keep.
    private static (IComparable, string)? Floating<T>(T value, Func<T, string> text) where T : struct, IFloatingPoint<T> =>
        T.IsNaN(value) || T.IsInfinity(value) ? null : (value, T.IsZero(value) ? "-0.0" : text(value));

    private static (IComparable, string)? Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = s_strictUtf8.GetString(bytes);
            // SQL texts cannot hold it.
            return text.Contains('\0') ? null : (new Bytes(bytes.ToArray()), text);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // DuckDB and Parquet compare texts by their UTF-8 bytes; .NET's ordinal order, by UTF-16, is another one.
    private sealed record Bytes(byte[] Value) : IComparable
    {
        public int CompareTo(object? obj) => Value.AsSpan().SequenceCompareTo(((Bytes)obj!).Value);
    }
}
