using Parquet.Serialization;
using Parquet.Serialization.Attributes;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>Parquet is written in many ways: files of Parquet.Net, which differ from DuckDB's in layout, types and statistics.</summary>
public sealed class OtherWritersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Footer_OfAnotherWriter_HasTheTypesThatDuckDbSees()
    {
        var file = await WriteAsync([new Row()]);

        var footer = await FooterReader.ReadAsync(file, file, CancellationToken.None);

        _duck.AssertTypesAre(file, footer);
        Assert.False(footer.Columns.Single(c => c.Name == "Int").Nullable);
        Assert.True(footer.Columns.Single(c => c.Name == "NullableInt").Nullable);
    }

    [Fact]
    public async Task Statistics_OfAnotherWriter_HoldForEveryValue()
    {
        var random = new Random(7);
        var rows = Enumerable.Range(0, 500).Select(_ => new Row
        {
            Int = random.Next(-1000, 1000),
            UInt = (uint)random.Next() * 2,
            Long = random.NextInt64(),
            Double = random.NextDouble() - 0.5,
            Decimal = random.Next(-100_000, 100_000) / 100m,
            Text = random.Next().ToString("x", System.Globalization.CultureInfo.InvariantCulture),
            Moment = new DateTime(1950, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.Next()),
            Day = new DateOnly(1950, 1, 1).AddDays(random.Next(40_000)),
            NullableInt = random.Next(2) == 0 ? null : random.Next(),
        }).ToList();
        var file = await WriteAsync(rows);

        var footer = await FooterReader.ReadAsync(file, file, CancellationToken.None);

        var known = 0;
        foreach (var (column, chunk) in footer.Columns.Zip(footer.RowGroups.Single().Chunks))
        {
            foreach (var (bound, comparison) in new[] { (chunk.Statistics.Min, "<"), (chunk.Statistics.Max, ">") })
            {
                if (bound is null) continue;
                known++;
                Assert.Equal(0L, _duck.Value($"SELECT count(*) FROM '{file}' WHERE \"{column.Name}\" {comparison} '{bound}'::{column.Type}"));
            }

            if (chunk.Statistics.NullCount is { } nulls)
                Assert.Equal(nulls, _duck.Value($"SELECT count(*) FROM '{file}' WHERE \"{column.Name}\" IS NULL"));
        }

        Assert.True(known >= 10, $"only {known} bounds are known");
    }

    private async Task<string> WriteAsync(IReadOnlyCollection<Row> rows)
    {
        var file = _folder["rows.parquet"];
        await using var stream = File.Create(file);
        await ParquetSerializer.SerializeAsync(rows, stream);
        return file;
    }

    internal sealed class Row
    {
        public bool Bool { get; set; }

        public byte Byte { get; set; }

        public sbyte SByte { get; set; }

        public short Short { get; set; }

        public ushort UShort { get; set; }

        public int Int { get; set; }

        public uint UInt { get; set; }

        public long Long { get; set; }

        public ulong ULong { get; set; }

        public float Float { get; set; }

        public double Double { get; set; }

        [ParquetDecimal(12, 2)]
        public decimal Decimal { get; set; }

        public string Text { get; set; } = "";

        public byte[] Bytes { get; set; } = [];

        public Guid Guid { get; set; }

        public DateTime Int96 { get; set; } = DateTime.UnixEpoch;

        [ParquetTimestamp(ParquetTimestampResolution.Microseconds)]
        public DateTime Moment { get; set; } = DateTime.UnixEpoch;

        [ParquetTimestamp]
        public DateTime Millis { get; set; } = DateTime.UnixEpoch;

        public DateOnly Day { get; set; }

        public TimeOnly Time { get; set; }

        public int? NullableInt { get; set; }

        public List<int> List { get; set; } = [1, 2];

        [ParquetSimpleRepeatable]
        public List<string> Repeated { get; set; } = ["a"];

        public Dictionary<string, int> Map { get; set; } = new() { ["a"] = 1 };

        public Inner Struct { get; set; } = new();

        public List<Inner> Structs { get; set; } = [new()];
    }

    internal sealed class Inner
    {
        public int A { get; set; }

        public string? B { get; set; }
    }
}
