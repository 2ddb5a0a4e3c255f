using System.Text.Json;
using CsCheck;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>
/// Footers come from strangers. Whatever is in one, it is read or refused in time and memory that its length bounds; and what is read
/// fits the file.
/// </summary>
public sealed class DamagedFooterTests : IDisposable
{
    private const int FileLength = 1_000_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Parse_FooterWithAnyBytesChanged_IsRefusedOrFitsTheFile()
    {
        var path = _folder["whole.parquet"];
        using (var duck = new DuckDb())
        {
            duck.Write("""
                SELECT range AS a, 'x' || range AS b, [range] AS c, {'x': range} AS d, MAP {'k': range} AS e, TIMESTAMP '2001-01-01' AS f, 1.5::DECIMAL(9,2) AS g
                FROM range(5000)
                """, path, "ROW_GROUP_SIZE 2048");
        }

        var whole = await File.ReadAllBytesAsync(path);
        var footer = whole[^FooterParser.LengthOf(whole.AsSpan(^8..), whole.Length)..];
        var place = Gen.Int[0, footer.Length - FooterParser.TrailerLength - 1];
        // Some bytes do more harm than others: ends of structs, heads of lists, numbers that go on.
        var change = Gen.Select(place, Gen.OneOf(Gen.Byte, Gen.OneOf<byte>(0, 0x0C, 0x7F, 0x80, 0xFC, 0xFF)));
        int read = 0, refused = 0;
        await change.Array[1, 4].SampleAsync(async changes =>
        {
            var changed = (byte[])footer.Clone();
            foreach (var (at, value) in changes) changed[at] = value;
            if (await ReadOrRefuseAsync(changed, whole.Length) is { Footer: { } parsed })
            {
                Interlocked.Increment(ref read);
                AssertFits(parsed, whole.Length);
            }
            else
            {
                Interlocked.Increment(ref refused);
            }
        }, iter: 20_000);
        Assert.True(read > 1000 && refused > 1000, $"{read} were read and {refused} refused");
    }

    [Fact]
    public async Task Parse_FooterCutOffOrRepeatedAnywhere_IsRefusedOrFitsTheFile()
    {
        var footer = ThriftBytes.SmallFooter()[..^FooterParser.TrailerLength];
        var stretch = Gen.Select(Gen.Int[0, footer.Length], Gen.Int[0, footer.Length]);
        await stretch.SampleAsync(async stretch =>
        {
            // From the one place it goes on at the other: what is between is lost, or stands twice.
            var changed = ThriftBytes.Footer([.. footer[..stretch.Item1], .. footer[stretch.Item2..], 0]);
            if (await ReadOrRefuseAsync(changed, FileLength) is { Footer: { } parsed }) AssertFits(parsed, FileLength);
        }, iter: 5000);
    }

    [Fact]
    public async Task Parse_RandomBytes_IsRefusedOrFitsTheFile() => await Gen.Byte.Array[9, 200].SampleAsync(async bytes =>
    {
        if (await ReadOrRefuseAsync(bytes, FileLength) is { Footer: { } parsed }) AssertFits(parsed, FileLength);
    }, iter: 20_000);

    [Fact]
    public async Task Parse_FieldsOfALaterFormat_ArePassedOver()
    {
        var expected = (await ReadOrRefuseAsync(ThriftBytes.SmallFooter(), FileLength)).Footer;
        Assert.Equal("""{"CompressedBytes":50,"Ranges":[{"Offset":4,"Length":50,"End":54},{"Offset":60,"Length":10,"End":70}],"Statistics":{"Min":"-9","Max":"9","NullCount":2}}""",
            JsonSerializer.Serialize(Assert.Single(expected!.RowGroups[0].Chunks)));

        var inner = new[]
        {
            (1, ThriftType.True, []), (2, ThriftType.Int8, [7]), (3, ThriftType.Int16, ThriftBytes.Number(-300)), (4, ThriftType.Int64, ThriftBytes.Number(long.MinValue)),
            (5, ThriftType.Double, new byte[8]), (6, ThriftType.Binary, ThriftBytes.Text("text")), (7, ThriftType.Uuid, new byte[16]),
            (8, ThriftType.List, ThriftBytes.List(ThriftType.True, [1], [2], [1])), (9, ThriftType.Set, ThriftBytes.List(ThriftType.Int32, ThriftBytes.Number(5))),
            (10, ThriftType.Map, [1, 0x8C, .. ThriftBytes.Text("key"), .. ThriftBytes.Struct((1, ThriftType.Int32, ThriftBytes.Number(1)))]),
            (11, ThriftType.Map, [0]), (12, ThriftType.Struct, ThriftBytes.Struct((4, ThriftType.Binary, ThriftBytes.Text("name")))),
        };
        var field = Gen.Select(Gen.Int[1, inner.Length], Gen.OneOf(19, 31, 32, 64, 32767)).Select((n, id) => (id, inner[n - 1].Item2, inner[n - 1].Item3));
        var outer = Gen.Int[19, 300].Select(id => (id, ThriftType.Struct, ThriftBytes.Struct(inner)));
        await Gen.OneOf(field, outer).Array[1].Array[8, 20].SampleAsync(async extras =>
        {
            var n = 0;
            var later = (await ReadOrRefuseAsync(ThriftBytes.SmallFooter(() => extras[n++ % extras.Length]), FileLength)).Footer;
            Assert.Equal(expected.Columns, later?.Columns);
            Assert.Equal(JsonSerializer.Serialize(expected.RowGroups), JsonSerializer.Serialize(later?.RowGroups));
        }, iter: 500);
    }

    public static TheoryData<string, byte[], string> Hostile()
    {
        static byte[] Schema(params byte[][] elements) => ThriftBytes.Struct((2, ThriftType.List, ThriftBytes.List(ThriftType.Struct, elements)));
        static byte[] Element(int children) => ThriftBytes.Struct((4, ThriftType.Binary, ThriftBytes.Text("a")), (5, ThriftType.Int32, ThriftBytes.Number(children)));
        var ofTwoThings = ThriftBytes.Struct((1, ThriftType.Struct, [0]), (6, ThriftType.Struct, [0]));
        return new()
        {
            { "a number without an end", [0x15, .. Enumerable.Repeat<byte>(0xFF, 20)], "a number does not end" },
            { "nothing after a field's head", [0x29], "it ends too early" },
            { "a schema of two thousand million elements", [0x29, 0xFC, .. ThriftBytes.Size(int.MaxValue)], "a list goes on past the end" },
            { "a schema of less than no elements", [0x29, 0xFC, .. ThriftBytes.Size(uint.MaxValue)], "a list goes on past the end" },
            { "a name of two thousand million bytes", [0x29, 0x1C, 0x48, .. ThriftBytes.Size(int.MaxValue), 0], "a text goes on past the end" },
            { "an unknown text that is too long", [0x08, 0x80, 0x02, .. ThriftBytes.Size(1L << 62)], "a text goes on past the end" },
            { "unknown structs without an end", [.. Enumerable.Repeat<byte>(0xFC, 1_000_000)], "it is nested too deep" },
            { "unknown lists of lists without an end", [0xF9, .. Enumerable.Repeat<byte>(0x19, 1_000_000)], "it is nested too deep" },
            { "an empty schema", Schema(), "its schema has 0 elements" },
            { "a schema as deep as the stack", Schema([.. Enumerable.Repeat(Element(1), 100_000)]), "its schema is nested too deep" },
            { "a schema of too many elements", Schema([.. Enumerable.Repeat(Element(0), 100_001)]), "its schema has 100001 elements" },
            { "a column that lacks its children", Schema(Element(1), Element(2), Element(0)), "its schema ends too early" },
            { "columns beside the table", Schema(Element(1), Element(0), Element(0)), "its schema has elements that belong to no column" },
            { "an element of less than no children", Schema(Element(-1)), "its schema has an element of -1 children" },
            { "too many row groups", [0x49, 0xFC, .. ThriftBytes.Size(1_000_001), .. new byte[1_000_001]], "more than the 1000000 elements that are read" },
            { "two schemas", [0x29, 0x1C, .. Element(0), 0x09, 0x04, 0x1C, .. Element(0)], "a FileMetaData has two schema" },
            { "a column of two types", Schema(ThriftBytes.Struct((10, ThriftType.Struct, ofTwoThings))), "a LogicalType is two things at once" },
            { "nothing at all", [0], "a FileMetaData has no schema" },
            { "an encrypted file", ThriftBytes.Struct((8, ThriftType.Struct, [0])), "it is encrypted" },
        };
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Parse_HostileFooter_IsRefusedAndSaysWhy(string what, byte[] metadata, string reason)
    {
        var (footer, refusal) = await ReadOrRefuseAsync(ThriftBytes.Footer(metadata), 10_000_000);
        Assert.True(footer is null, $"{what} was read");
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parse_RowGroupsWhoseRowsAddUpBeyondAllNumbers_AreRefused()
    {
        var data = ThriftBytes.Struct((1, ThriftType.Int32, ThriftBytes.Number(2)), (5, ThriftType.Int64, ThriftBytes.Number(7)), (7, ThriftType.Int64, ThriftBytes.Number(50)), (9, ThriftType.Int64, ThriftBytes.Number(4)));
        var chunk = ThriftBytes.Struct((3, ThriftType.Struct, data));
        var group = ThriftBytes.Struct((1, ThriftType.List, ThriftBytes.List(ThriftType.Struct, chunk)), (3, ThriftType.Int64, ThriftBytes.Number(1L << 62)));
        var root = ThriftBytes.Struct((4, ThriftType.Binary, ThriftBytes.Text("root")), (5, ThriftType.Int32, ThriftBytes.Number(1)));
        var column = ThriftBytes.Struct((1, ThriftType.Int32, ThriftBytes.Number(2)), (4, ThriftType.Binary, ThriftBytes.Text("id")));
        var footer = ThriftBytes.Footer(ThriftBytes.Struct(
            (2, ThriftType.List, ThriftBytes.List(ThriftType.Struct, root, column)), (3, ThriftType.Int64, ThriftBytes.Number(long.MinValue)),
            (4, ThriftType.List, ThriftBytes.List(ThriftType.Struct, group, group))));

        var (parsed, refusal) = await ReadOrRefuseAsync(footer, FileLength);

        Assert.Null(parsed);
        Assert.Equal("it should have -9223372036854775808 rows, but its row group 0 has 4611686018427387904 more than 0", refusal);
    }

    [Fact]
    public async Task Read_DamagedFooter_NamesTheFile()
    {
        var file = _folder["damaged.parquet"];
        await File.WriteAllBytesAsync(file, [.. "PAR1"u8, .. ThriftBytes.Footer([0x29, 0xFC, .. ThriftBytes.Size(int.MaxValue)])]);

        var e = await Assert.ThrowsAsync<CorruptParquetException>(() => FooterReader.ReadAsync(file, "d/damaged.parquet", CancellationToken.None));
        Assert.Equal(
            "'d/damaged.parquet' cannot be read as Parquet: its footer cannot be read at byte 7: a list goes on past the end. Write or upload the file again, or delete it.",
            e.Message);
    }

    // On a thread of its own, so that one that never ends fails with its seed.
    private static async Task<(ParquetFooter? Footer, string Refusal)> ReadOrRefuseAsync(byte[] footer, long fileLength)
    {
        var (parsed, refusal, allocated) = await Task.Run(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var (parsed, refusal) = ReadOrRefuse(footer, fileLength);
            return (parsed, refusal, GC.GetAllocatedBytesForCurrentThread() - before);
        }).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.InRange(allocated, 0, (64 << 10) + 64L * footer.Length);
        return (parsed, refusal);
    }

    private static (ParquetFooter? Footer, string Refusal) ReadOrRefuse(byte[] footer, long fileLength)
    {
        var parsing = FooterParser.ParseAsync(footer, fileLength, CancellationToken.None);
        // All is in memory: nothing waits, and this thread allocates it all.
        Assert.True(parsing.IsCompleted);
        return parsing.Exception?.InnerException switch
        {
            null => (parsing.Result, ""),
            InvalidDataException or NotSupportedException => (null, parsing.Exception.InnerException.Message),
            var other => throw other,
        };
    }

    private static void AssertFits(ParquetFooter footer, long fileLength)
    {
        Assert.Equal(footer.Rows, footer.RowGroups.Sum(g => g.Rows));
        Assert.NotEmpty(footer.Columns);
        long next = 0;
        foreach (var group in footer.RowGroups)
        {
            Assert.Equal(next, group.FirstRow);
            Assert.True(group.Rows >= 0);
            next += group.Rows;
            Assert.Equal(footer.Columns.Count, group.Chunks.Count);
            foreach (var chunk in group.Chunks)
            {
                Assert.All(chunk.Ranges, r => Assert.True(r.Offset >= 4 && r.Length >= 0 && r.End <= fileLength - footer.Length, $"{r}"));
                if (chunk.Statistics.NullCount is { } nulls) Assert.InRange(nulls, 0, group.Rows);
            }
        }
    }
}
