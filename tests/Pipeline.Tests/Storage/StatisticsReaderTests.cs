using Parquet.Meta;
using Pipeline.Storage;
using Encoding = System.Text.Encoding;
using ParquetType = Parquet.Meta.Type;

namespace Pipeline.Tests.Storage;

/// <summary>Statistics that would skip rows wrongly are taken for unknown.</summary>
public class StatisticsReaderTests
{
    private static readonly SchemaElement s_int = new() { Type = ParquetType.INT32 };
    private static readonly SchemaElement s_unsigned = new() { Type = ParquetType.INT32, ConvertedType = ConvertedType.UINT_32 };
    private static readonly SchemaElement s_text = new() { Type = ParquetType.BYTE_ARRAY, ConvertedType = ConvertedType.UTF8 };
    private static readonly SchemaElement s_double = new() { Type = ParquetType.DOUBLE };
    private static readonly SchemaElement s_date = new() { Type = ParquetType.INT32, ConvertedType = ConvertedType.DATE };

    [Fact]
    public void Read_None_KnowsNothing() => Assert.Equal(ChunkStatistics.Unknown, StatisticsReader.Read(null, s_int, "INTEGER", 9));

    [Fact]
    public void Read_DefinedOrder_GivesBoth() => Assert.Equal(
        new ChunkStatistics("-1", "7", 2), Read(s_int, "INTEGER", new() { MinValue = Int(-1), MaxValue = Int(7), NullCount = 2 }));

    [Fact]
    public void Read_OneBoundOnly_GivesThatOne() => Assert.Equal(
        new ChunkStatistics(null, "7", null), Read(s_int, "INTEGER", new() { MaxValue = Int(7) }));

    [Fact]
    public void Read_OldFieldsOfSignedNumbers_AreTaken() => Assert.Equal(
        new ChunkStatistics("-1", "7", null), Read(s_int, "INTEGER", new() { Min = Int(-1), Max = Int(7) }));

    [Fact]
    public void Read_OldFieldsOfUnsignedNumbersAndTexts_HaveNoDefinedOrder()
    {
        Assert.Equal(ChunkStatistics.Unknown, Read(s_unsigned, "UINTEGER", new() { Min = Int(1), Max = Int(7) }));
        Assert.Equal(ChunkStatistics.Unknown, Read(s_text, "VARCHAR", new() { Min = Text("a"), Max = Text("b") }));
    }

    [Fact]
    public void Read_UnsignedNumber_IsNotNegative() => Assert.Equal(
        new ChunkStatistics("1", "4294967295", null), Read(s_unsigned, "UINTEGER", new() { MinValue = Int(1), MaxValue = Int(-1) }));

    [Fact]
    public void Read_ShortenedText_IsNoValue() => Assert.Equal(
        new ChunkStatistics("a", null, null),
        Read(s_text, "VARCHAR", new() { MinValue = Text("a"), MaxValue = Text("zzz"), IsMinValueExact = true, IsMaxValueExact = false }));

    [Fact]
    public void Read_TextThatIsNotUtf8OrHoldsNul_IsUnknown() => Assert.Equal(
        ChunkStatistics.Unknown, Read(s_text, "VARCHAR", new() { MinValue = [0xFF], MaxValue = Text("a\0") }));

    [Fact]
    public void Read_Texts_AreComparedByTheirBytes()
    {
        // By UTF-16 the second would come first.
        var statistics = new Statistics { MinValue = Text("\uFF5E"), MaxValue = Text("\U0001F600") };
        Assert.Equal(new ChunkStatistics("\uFF5E", "\U0001F600", null), Read(s_text, "VARCHAR", statistics));
    }

    [Fact]
    public void Read_LeastAboveGreatest_IsUnknown() => Assert.Equal(
        new ChunkStatistics(null, null, 3), Read(s_int, "INTEGER", new() { MinValue = Int(8), MaxValue = Int(7), NullCount = 3 }));

    [Fact]
    public void Read_WrongLength_IsUnknown() => Assert.Equal(
        new ChunkStatistics(null, "7", null), Read(s_int, "INTEGER", new() { MinValue = [1, 2], MaxValue = Int(7) }));

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    public void Read_ImpossibleNumberOfNulls_IsUnknown(long nulls) => Assert.Equal(
        ChunkStatistics.Unknown, Read(s_int, "INTEGER", new() { NullCount = nulls }));

    [Fact]
    public void Read_FloatingPoint_HasNoGreatestAsNotANumberIsGreater() => Assert.Equal(
        new ChunkStatistics("-1.5", null, null), Read(s_double, "DOUBLE", new() { MinValue = Double(-1.5), MaxValue = Double(2) }));

    [Fact]
    public void Read_FloatingZero_MayBeEitherZero() => Assert.Equal(
        new ChunkStatistics("-0.0", null, null), Read(s_double, "DOUBLE", new() { MinValue = Double(0), MaxValue = Double(2) }));

    [Fact]
    public void Read_NotANumber_IsUnknown() => Assert.Equal(
        ChunkStatistics.Unknown, Read(s_double, "DOUBLE", new() { MinValue = Double(double.NaN), MaxValue = Double(2) }));

    [Fact]
    public void Read_InfiniteDate_IsUnknown() => Assert.Equal(
        new ChunkStatistics("1969-12-31", null, null), Read(s_date, "DATE", new() { MinValue = Int(-1), MaxValue = Int(int.MaxValue) }));

    [Fact]
    public void Read_NanosecondsBeforeTheEpoch_KeepEveryDigit()
    {
        var leaf = new SchemaElement { Type = ParquetType.INT64, LogicalType = new LogicalType { TIMESTAMP = new TimestampType { Unit = new TimeUnit { NANOS = new NanoSeconds() } } } };
        var statistics = new Statistics { MinValue = BitConverter.GetBytes(-1L), MaxValue = BitConverter.GetBytes(1_000_000_001L) };
        Assert.Equal(
            new ChunkStatistics("1969-12-31 23:59:59.999999999", "1970-01-01 00:00:01.000000001", null),
            StatisticsReader.Read(statistics, leaf, "TIMESTAMP_NS", 9));
    }

    private static ChunkStatistics Read(SchemaElement leaf, string type, Statistics statistics) =>
        StatisticsReader.Read(statistics, leaf, type, rows: 9);

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] Double(double value) => BitConverter.GetBytes(value);

    private static byte[] Text(string value) => Encoding.UTF8.GetBytes(value);
}
