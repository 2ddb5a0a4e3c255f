using CsCheck;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class ParquetFooterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Columns_OfEveryType_HaveTheTypesThatDuckDbGivesThem()
    {
        var file = Write("""
            SELECT 1::TINYINT a, 2::UTINYINT b, 3::SMALLINT c, 4::USMALLINT d, 5 e, 6::UINTEGER f, 7::BIGINT g, 8::UBIGINT h, 9::HUGEINT i,
                1::FLOAT j, 1::DOUBLE k, 1.5::DECIMAL(4,1) l, 1.5::DECIMAL(9,2) m, 1.5::DECIMAL(18,3) n, 1.5::DECIMAL(38,4) o, true p, 'x' q, 'x'::BLOB r,
                uuid() s, DATE '2001-01-01' t, TIME '10:00' u, TIMESTAMP '2001-01-01' v, '2001-01-01'::TIMESTAMP_S w, '2001-01-01'::TIMESTAMP_MS x,
                '2001-01-01'::TIMESTAMP_NS y, '2001-01-01'::TIMESTAMPTZ z, INTERVAL 1 DAY aa, [1, 2] ab, {'a': 1, 'b c': 'x'} ac, MAP {'a': 1} ad,
                [{'x': [1]}] ae, 'a'::ENUM('a', 'b') af, '{}'::JSON ag, NULL an, '10:00:00+01'::TIMETZ ah, [1, 2]::INTEGER[2] ai, '101'::BIT ak,
                MAP {1: {'k': [MAP {'z': 2.5}]}} al, {'Select': 1, 'quo"te': 2} am, {'one': {'only': [[1]]}} an2, [MAP {'a': 1}] ao
            """);

        var footer = await ReadAsync(file);

        _duck.AssertTypesAre(file, footer);
        Assert.All(footer.Columns, c => Assert.True(c.Nullable));
    }

    [Fact]
    public async Task Columns_OfRandomNestedTypes_HaveTheTypesThatDuckDbGivesThem()
    {
        var leaf = Gen.OneOf("INTEGER", "VARCHAR", "DECIMAL(7,2)", "TIMESTAMP", "DOUBLE");
        var type = Gen.Recursive<string>((depth, nested) => depth > 3 ? leaf : Gen.OneOf(
            leaf,
            nested.Select(t => $"{t}[]"),
            nested.Select(t => $"MAP(VARCHAR, {t})"),
            nested.Select(t => $"STRUCT(\"only\" {t})"),
            Gen.Select(nested, nested, (a, b) => $"STRUCT(\"a\" {a}, \"B b\" {b})")));
        var n = 0;
        await Gen.Select(type, type).SampleAsync(async (a, b) =>
        {
            var file = _folder[$"nested-{Interlocked.Increment(ref n)}.parquet"];
            using var duck = new DuckDb();
            duck.Write($"SELECT NULL::{a} AS a, 1 AS between, NULL::{b} AS b", file);
            duck.AssertTypesAre(file, await ReadAsync(file));
        }, iter: 40);
    }

    [Fact]
    public async Task RowGroups_OfAFile_TellRowsAndPlacesAsDuckDbDoes()
    {
        var file = Write("SELECT range AS id, 'text ' || range % 100 AS text, [range, range] AS list FROM range(10_000)", "ROW_GROUP_SIZE 2048");

        var footer = await ReadAsync(file);

        Assert.Equal(10_000, footer.Rows);
        Assert.Equal([0L, 2048, 4096, 6144, 8192], footer.RowGroups.Select(g => g.FirstRow));
        Assert.Equal([2048L, 2048, 2048, 2048, 1808], footer.RowGroups.Select(g => g.Rows));
        var places = _duck.Rows($"""
            SELECT row_group_id, column_id, coalesce(dictionary_page_offset, data_page_offset), total_compressed_size,
                bloom_filter_offset, bloom_filter_length FROM parquet_metadata('{file}')
            """);
        Assert.Equal(15, places.Count);
        foreach (var place in places)
        {
            var chunk = footer.RowGroups[(int)(long)place[0]!].Chunks[(int)(long)place[1]!];
            Assert.Equal(place[3], chunk.CompressedBytes);
            Assert.Contains(new ByteRange((long)place[2]!, (long)place[3]!), chunk.Ranges);
            if (place[4] is long filter) Assert.Contains(new ByteRange(filter, (long)place[5]!), chunk.Ranges);
        }

        Assert.Contains(places, p => p[4] is long);
    }

    [Fact]
    public async Task Statistics_OfEveryTypeThatHasThem_CastToTheLeastAndGreatestValue()
    {
        string[] columns =
        [
            "((range - 5000) % 100)::TINYINT AS a", "range::USMALLINT AS b", "range - 5000 AS c", "(range * 1_000_000_000_000_000)::UBIGINT AS d",
            "((range - 5000) / 7)::DECIMAL(9,2) AS e", "((range - 5000) / 3)::DECIMAL(38,10) AS f", "range % 2 = 0 AS g", "'é' || range AS h",
            "DATE '1960-01-01' + range::INTEGER AS i", "TIMESTAMP '1960-01-01' + to_microseconds(range * 1_234_567_891) AS j",
            "make_timestamp_ns(range * 1_234_567_891_234 - 5_000_000_000_000_000) AS k", "(TIMESTAMP '1960-01-01' + to_days(range::INTEGER))::TIMESTAMPTZ AS l",
            "(TIMESTAMP '1960-01-01' + to_milliseconds(range * 12_345_678))::TIMESTAMP_MS AS m", "-range::DECIMAL(18,3) AS n",
        ];
        var file = Write(
            $"SELECT {string.Join(", ", columns.Select(c => $"CASE WHEN range % 7 > 0 THEN {c.Replace(" AS ", " END AS ", StringComparison.Ordinal)}"))} FROM range(1, 9000)",
            "ROW_GROUP_SIZE 2048");

        var footer = await ReadAsync(file);

        foreach (var group in footer.RowGroups)
        {
            foreach (var (column, chunk) in footer.Columns.Zip(group.Chunks))
            {
                Assert.True(chunk.Statistics is { Min: not null, Max: not null }, $"{column}: {chunk.Statistics}");
                var agrees = _duck.Value($"""
                    SELECT min({column.Name}) = '{chunk.Statistics.Min}'::{column.Type} AND max({column.Name}) = '{chunk.Statistics.Max}'::{column.Type}
                        AND count(*) - count({column.Name}) = {chunk.Statistics.NullCount}
                    FROM read_parquet('{file}', file_row_number = true)
                    WHERE file_row_number BETWEEN {group.FirstRow} AND {group.FirstRow + group.Rows - 1}
                    """);
                Assert.True(agrees is true, $"{column}: {chunk.Statistics}");
            }
        }
    }

    [Fact]
    public async Task Statistics_OfAllNulls_TellTheirNumberOnly()
    {
        var footer = await ReadAsync(Write("SELECT NULL::INTEGER AS a FROM range(10)"));

        Assert.Equal(new ChunkStatistics(null, null, 10), footer.RowGroups[0].Chunks[0].Statistics);
    }

    [Fact]
    public async Task Footer_LongerThanTheFirstRead_IsReadWhole()
    {
        var file = Write($"SELECT {string.Join(", ", Enumerable.Range(0, 1200).Select(i => $"{i} AS a_column_with_a_long_name_{i}"))}");

        var footer = await ReadAsync(file);

        Assert.InRange(footer.Length, 65_537, int.MaxValue);
        Assert.Equal(1200, footer.Columns.Count);
    }

    [Fact]
    public async Task Footer_OfAFileWithoutRows_HasItsColumns()
    {
        var footer = await ReadAsync(Write("SELECT 1 AS a WHERE false"));

        Assert.Equal(("a", 0L), (Assert.Single(footer.Columns).Name, footer.Rows));
    }

    [Fact]
    public async Task Read_FileCutOffAnywhere_NamesItAndSaysThatItIsCutOff()
    {
        var whole = await File.ReadAllBytesAsync(Write("SELECT range AS a, 'x' || range AS b FROM range(20)"));
        var file = _folder["cut.parquet"];
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file, whole[..length]);

            var e = await Assert.ThrowsAsync<CorruptParquetException>(() => ReadAsync(file));
            Assert.StartsWith($"'{file}' cannot be read as Parquet: ", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Read_BytesLostFromTheMiddle_SaysSo()
    {
        var whole = await File.ReadAllBytesAsync(Write("SELECT range AS a, 'x' || range AS b FROM range(5000)"));
        var file = _folder["gap.parquet"];
        await File.WriteAllBytesAsync(file, [.. whole[..4], .. whole[^3000..]]);

        var e = await Assert.ThrowsAsync<CorruptParquetException>(() => ReadAsync(file));
        Assert.Contains("but the data ends at", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PK\u0003\u0004 a zip file, or anything else", "does not end as a Parquet file does")]
    [InlineData("PAR1 and much later PARE", "its footer is encrypted")]
    [InlineData("PAR1 with a lengthÿÿÿÿPAR1", "its footer should have")]
    [InlineData("", "it is empty")]
    [InlineData("PAR1", "fewer than the shortest Parquet file")]
    public async Task Read_OtherFormat_SaysWhatIsWrong(string content, string reason)
    {
        var file = _folder["other.parquet"];
        await File.WriteAllBytesAsync(file, [.. content.Select(c => (byte)c)]);

        var e = await Assert.ThrowsAsync<CorruptParquetException>(() => ReadAsync(file));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    private static Task<ParquetFooter> ReadAsync(string file) => FooterReader.ReadAsync(file, name: file, CancellationToken.None);

    private string Write(string sql, string options = "")
    {
        var file = _folder["file.parquet"];
        _duck.Write(sql, file, options);
        return file;
    }
}
