using CsCheck;
using Pipeline.Sql;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class ParquetFetcherTests : IDisposable
{
    private const string Wide = """
        SELECT range AS id, hash(range) AS noise, 'name ' || range % 50 AS name, range % 7 AS day, [range, hash(range)] AS list,
            {'a': range, 'b': md5(range::VARCHAR)} AS struct, CASE WHEN range % 3 = 0 THEN range / 2 END AS half, md5(range::VARCHAR) AS "a text"
        FROM range(40_000)
        """;

    private static readonly string[] s_columns = ["id", "noise", "name", "day", "list", "struct", "half", "a text"];
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly TaskFolder _task = TaskFolder.Create();
    private readonly DuckDb _duck = new();
    private readonly DirectoryObjectStore _directory;
    private readonly RemoteStore _remote;

    public ParquetFetcherTests()
    {
        _directory = new DirectoryObjectStore(_folder.Path);
        _remote = new RemoteStore(_directory);
    }

    private string FilePath => _folder["datasets", "d", "a.parquet"];

    public void Dispose()
    {
        _duck.Dispose();
        _task.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_AnyColumnsAndRowGroups_AnswersAsTheWholeFileDoes(bool remote)
    {
        var file = await AddAsync(Wide, "ROW_GROUP_SIZE 2048");
        IObjectStore store = remote ? _remote : _directory;
        using var footers = new FooterReader(store);
        var footer = await footers.ReadAsync(file, s_ct);
        Assert.Equal(20, footer.RowGroups.Count);
        var fetcher = new ParquetFetcher(store, footers);

        var columns = Gen.Shuffle(s_columns, 1, s_columns.Length);
        var groups = Gen.Bool.Array[20].Where(g => g.Contains(true));
        var filters = Gen.OneOf("true", "id % 2 = 0", "id = 12345", "name = 'name 7'", "name > 'name 3' AND day = 2", "half IS NULL", "struct.b < '5'", "noise < 1e19::UBIGINT");
        await Gen.Select(columns, groups, filters).SampleAsync(async (names, chosen, filter) =>
        {
            // The filter's own columns are among those that a task reads.
            var read = names.Concat(s_columns.Where(c => filter.Contains(c, StringComparison.Ordinal))).Distinct().ToList();
            var rowGroups = Enumerable.Range(0, 20).Where(g => chosen[g]).ToList();
            var slice = await fetcher.FetchAsync(new ParquetSlice("datasets", "d/a.parquet", file.ETag, read, rowGroups), _task, s_ct);

            var query = $"SELECT count(*), {string.Join(", ", read.Select(c => $"sum(hash(\"{c}\"))"))} FROM t WHERE {filter}";
            var rows = string.Join(" OR ", rowGroups.Select(g => $"file_row_number BETWEEN {footer.RowGroups[g].FirstRow} AND {footer.RowGroups[g].FirstRow + footer.RowGroups[g].Rows - 1}"));
            using var duck = new DuckDb();
            duck.Run($"CREATE VIEW t AS SELECT * FROM read_parquet('{FilePath}', file_row_number = true) WHERE {rows}");
            Assert.Equal(duck.Rows(query), await AskAsync(slice, footer, read, query));
        }, iter: 25, threads: 2);
    }

    [Fact]
    public async Task Fetch_FewOfManyColumns_FetchesTheirChunksOnly()
    {
        var file = await AddAsync(Wide, "ROW_GROUP_SIZE 20480");
        using var footers = new FooterReader(_remote);
        var footer = await footers.ReadAsync(file, s_ct);
        var before = _remote.BytesRead;

        var slice = await new ParquetFetcher(_remote, footers).FetchAsync(Slice(file, ["id", "day"], [1]), _task, s_ct);

        var needed = new[] { 0, 3 }.SelectMany(c => footer.RowGroups[1].Chunks[c].Ranges).Sum(r => r.Length);
        Assert.Equal(slice.BytesFetched, _remote.BytesRead - before);
        // What lies between two near ranges comes along: less than a request would cost.
        Assert.InRange(slice.BytesFetched, needed, needed + (256 << 10));
        Assert.True(slice.BytesFetched < file.Length / 4, $"{slice.BytesFetched} of {file.Length}");
    }

    [Fact]
    public async Task Fetch_FromADirectory_IsReadInPlaceByRanges()
    {
        var file = await AddAsync("SELECT range AS id FROM range(10_000)", "ROW_GROUP_SIZE 2048");
        using var footers = new FooterReader(_directory);
        var fetcher = new ParquetFetcher(_directory, footers);

        var some = await fetcher.FetchAsync(Slice(file, ["id"], [3, 0, 4, 4]), _task, s_ct);
        Assert.Equal((FilePath, true, 0L), (some.Path, some.IsInPlace, some.BytesFetched));
        Assert.Equal([new(0, 2048), new(6144, 3856)], some.Rows!);

        Assert.Null((await fetcher.FetchAsync(Slice(file, ["id"], [0, 1, 2, 3, 4]), _task, s_ct)).Rows);
        Assert.Empty(Directory.GetFiles(_task.Path));
    }

    [Fact]
    public async Task Fetch_FileWithAColumnNamedLikeTheRowNumbers_IsCopied()
    {
        var file = await AddAsync("SELECT 7 AS file_row_number, range AS id FROM range(10_000)", "ROW_GROUP_SIZE 2048");
        using var footers = new FooterReader(_directory);

        var slice = await new ParquetFetcher(_directory, footers).FetchAsync(Slice(file, ["file_row_number", "id"], [1]), _task, s_ct);

        Assert.Equal([7L * 2048, 2048L], (await AskAsync(slice, await footers.ReadAsync(file, s_ct), ["file_row_number", "id"], "SELECT sum(file_row_number)::BIGINT, min(id) FROM t")).Single());
    }

    [Fact]
    public async Task Fetch_OtherVersionThanPlanned_SaysThatTheFileChanged()
    {
        var file = await AddAsync("SELECT 1 AS id");
        await AddAsync("SELECT 2 AS id FROM range(2)");
        using var footers = new FooterReader(_remote);

        var e = await Assert.ThrowsAsync<ConditionFailedException>(() => new ParquetFetcher(_remote, footers).FetchAsync(Slice(file, ["id"], [0]), _task, s_ct));
        Assert.Equal("'d/a.parquet' in container 'datasets' was replaced or deleted while a job read it. Run the job again, on the data as it is now.", e.Message);
    }

    [Fact]
    public async Task EnsureUnchanged_FileInPlaceReplacedAfterFetching_SaysSo()
    {
        var file = await AddAsync("SELECT 1 AS id");
        using var footers = new FooterReader(_directory);
        var fetcher = new ParquetFetcher(_directory, footers);
        var slice = Slice(file, ["id"], [0]);
        var local = await fetcher.FetchAsync(slice, _task, s_ct);

        await fetcher.EnsureUnchangedAsync(slice, local, s_ct);
        await AddAsync("SELECT 2 AS id FROM range(2)");
        await Assert.ThrowsAsync<ConditionFailedException>(() => fetcher.EnsureUnchangedAsync(slice, local, s_ct));
    }

    [Fact]
    public async Task Fetch_UnknownColumnOrRowGroup_IsAnError()
    {
        var file = await AddAsync("SELECT 1 AS id");
        using var footers = new FooterReader(_remote);
        var fetcher = new ParquetFetcher(_remote, footers);

        await Assert.ThrowsAsync<ArgumentException>(() => fetcher.FetchAsync(Slice(file, ["ID", "other"], [0]), _task, s_ct));
        await Assert.ThrowsAsync<ArgumentException>(() => fetcher.FetchAsync(Slice(file, ["id"], [1]), _task, s_ct));
    }

    [Fact]
    public async Task Slice_OfAFooter_KeepsAllButTheOtherRowGroups()
    {
        var path = _folder["many.parquet"];
        _duck.Write("SELECT range AS id FROM range(2048 * 40)", path, "ROW_GROUP_SIZE 2048");
        var bytes = File.ReadAllBytes(path);
        var length = FooterParser.LengthOf(bytes.AsSpan(^8..), bytes.Length);
        var whole = await FooterParser.ParseAsync(bytes.AsMemory(^length..), bytes.Length, s_ct);

        await Gen.Bool.Array[40].SampleAsync(async chosen =>
        {
            var groups = Enumerable.Range(0, 40).Where(g => chosen[g]).ToList();
            var sliced = FooterSlicer.Slice(whole.Bytes.Span, groups, groups.Count * 2048L);
            Assert.Equal(sliced.Length, FooterParser.LengthOf(sliced.AsSpan(^8..), bytes.Length));
            var parsed = await FooterParser.ParseAsync(sliced, bytes.Length - length + sliced.Length, s_ct);
            Assert.Equal(whole.Columns, parsed.Columns);
            Assert.Equal(groups.Count * 2048L, parsed.Rows);
            Assert.Equal(groups.SelectMany(g => whole.RowGroups[g].Chunks[0].Ranges), parsed.RowGroups.SelectMany(g => g.Chunks[0].Ranges));
        });
        Assert.Equal(whole.Bytes.ToArray(), FooterSlicer.Slice(whole.Bytes.Span, [.. Enumerable.Range(0, 40)], 40 * 2048L));
    }

    [Fact]
    public void Plan_AnyRanges_CoversThemOnceInBoundedRequests()
    {
        var range = Gen.Select(Gen.Long[4, 30_000_000], Gen.Long[0, 9_000_000]).Select((offset, length) => new ByteRange(offset, length));
        range.Array[0, 12].Sample(needed =>
        {
            var planned = RangePlanner.Plan(needed);
            Assert.All(planned, r => Assert.InRange(r.Length, 1, 4 << 20));
            Assert.All(planned.Zip(planned.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Offset));
            foreach (var wanted in needed.Where(r => r.Length > 0))
            {
                var covered = planned.Sum(r => Math.Max(0, Math.Min(r.End, wanted.End) - Math.Max(r.Offset, wanted.Offset)));
                Assert.Equal(wanted.Length, covered);
            }
        });
    }

    private static ParquetSlice Slice(ObjectInfo file, string[] columns, int[] rowGroups) =>
        new("datasets", "d/a.parquet", file.ETag, columns, rowGroups);

    // As a task does: through the SQL room's session.
    private static async Task<List<object?[]>> AskAsync(LocalSlice slice, ParquetFooter footer, IReadOnlyList<string> columns, string sql)
    {
        using var session = DuckDbSession.Open();
        var schema = new TableSchema("t", [.. columns.Select(name => new ColumnSchema(name, footer.Columns.Single(c => c.Name == name).Type))]);
        session.AddTable(schema, [new ParquetFile(slice.Path, Rows: slice.Rows is null ? null : [.. slice.Rows.Select(r => (r.First, r.Last))])]);
        session.Confine();
        var rows = new List<object?[]>();
        await session.RunAsync(sql, reader =>
        {
            while (reader.Read()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
            return true;
        }, s_ct);
        return rows;
    }

    private async Task<ObjectInfo> AddAsync(string sql, string options = "")
    {
        var file = _folder["new.parquet"];
        _duck.Write(sql, file, options);
        await using var content = File.OpenRead(file);
        return await _directory.WriteAsync("datasets", "d/a.parquet", content, WriteCondition.None, s_ct);
    }
}
