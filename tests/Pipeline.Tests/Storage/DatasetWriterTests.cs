using Pipeline.Simulation.Programs;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class DatasetWriterTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private readonly DirectoryObjectStore _store;
    private readonly FooterReader _footers;
    private readonly DatasetCatalog _catalog;
    private readonly DatasetWriter _writer;

    public DatasetWriterTests()
    {
        _store = new DirectoryObjectStore(_folder["store"]);
        _footers = new FooterReader(_store);
        _catalog = new DatasetCatalog(_store, new DatasetListing(_store), _footers);
        _writer = new DatasetWriter(_store, _catalog);
    }

    public void Dispose()
    {
        _footers.Dispose();
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Write_FilesInPartitionFolders_MakeADataset()
    {
        await WriteAsync("month=2001-01/a.parquet", Parquet("SELECT 1 AS x FROM range(3)"));
        await WriteAsync("month=2001-02/a.parquet", Parquet("SELECT 2 AS x FROM range(4)"));
        await _writer.CompleteAsync("d", s_ct);

        var view = await _catalog.DescribeAsync("d", s_ct);
        Assert.Equal((2, 7L, true), (view.Files, view.Rows, view.Closed));
        Assert.Equal(["x", "month"], view.Columns!.Select(c => c.Name));
    }

    [Fact]
    public async Task Write_StreamFromANetwork_IsStoredByteForByte()
    {
        var bytes = Parquet("SELECT range AS x, md5(range::VARCHAR) AS y FROM range(50_000)");

        await _writer.WriteAsync("d", "a.parquet", new OneWayStream(bytes), s_ct);

        Assert.Equal(bytes, await File.ReadAllBytesAsync(_store.LocalPath("datasets", "d/a.parquet")!));
    }

    [Theory]
    [InlineData("lambda.fasta")]
    [InlineData("sky/night.WAV")]
    public async Task Write_AFileThatApplicationsReadByName_LiesBesideTheData(string path)
    {
        await WriteAsync("a.parquet", Parquet("SELECT 1 AS x"));
        await _writer.WriteAsync("d", path, new OneWayStream(">a\nACGT\n"u8.ToArray()), s_ct);

        Assert.Equal(">a\nACGT\n"u8.ToArray(), await File.ReadAllBytesAsync(_store.LocalPath("datasets", $"d/{path}")!));
        Assert.Equal("d/a.parquet", Assert.Single((await _catalog.OpenAsync("d", s_ct)).Files).Object.Path);
    }

    [Fact]
    public async Task Write_AMatrix_IsLookedAtBeforeItTakesTheOldOnesPlace()
    {
        var writer = new DatasetWriter(_store, _catalog, [new MatrixMarketFile()]);
        var matrix = "%%MatrixMarket matrix coordinate real symmetric\n% a plate\n2 2 2\n1 1 2\n2 2 4\n"u8.ToArray();
        await writer.WriteAsync("matrices", "plate.mtx", new OneWayStream(matrix), s_ct);

        var e = await Assert.ThrowsAsync<DamagedFileException>(() => writer.WriteAsync("matrices", "plate.mtx", new OneWayStream(matrix[..^6]), s_ct));

        Assert.Equal("'matrices/plate.mtx' cannot be read: Line 5: the file ends here, before all that its sizes announce. Nothing was written.", e.Message);
        Assert.Equal(matrix, await File.ReadAllBytesAsync(_store.LocalPath("datasets", "matrices/plate.mtx")!));
    }

    [Fact]
    public async Task Write_SamePathAgain_Replaces()
    {
        await WriteAsync("a.parquet", Parquet("SELECT 1 AS x"));
        await WriteAsync("a.parquet", Parquet("SELECT 1 AS x FROM range(9)"));

        Assert.Equal(9, (await _catalog.OpenAsync("d", s_ct)).Files.Single().Footer.Rows);
    }

    [Fact]
    public async Task Write_CutOffFile_NamesItAndLeavesTheOldOne()
    {
        var old = await WriteAsync("a.parquet", Parquet("SELECT 1 AS x"));
        var cut = Parquet("SELECT range AS x FROM range(1000)")[..^10];

        var e = await Assert.ThrowsAsync<CorruptParquetException>(() => WriteAsync("a.parquet", cut));

        Assert.StartsWith("'d/a.parquet' cannot be read as Parquet: it does not end as a Parquet file does", e.Message, StringComparison.Ordinal);
        Assert.Equal(old, await _store.FindAsync("datasets", "d/a.parquet", s_ct));
    }

    [Fact]
    public async Task Write_SenderGoesAway_LeavesNothing()
    {
        var bytes = Parquet("SELECT range AS x FROM range(1000)");

        await Assert.ThrowsAsync<InvalidDataException>(() => _writer.WriteAsync("d", "a.parquet", new OneWayStream(bytes) { FailAtEnd = true }, s_ct));

        Assert.Empty(await _store.ListAsync("datasets", "", s_ct).ToListAsync());
    }

    [Theory]
    [InlineData("data.csv", "Convert it first")]
    [InlineData("a.parquet.gz", "Convert it first")]
    [InlineData("_a.parquet", "names that start with '_' or '.' are passed over")]
    [InlineData(".tmp/a.parquet", "names that start with '_' or '.' are passed over")]
    [InlineData("../other/a.parquet", "has the segment '..'")]
    [InlineData("/etc/a.parquet", "it begins with '/'")]
    public async Task Write_NameThatIsNoDataFile_IsRefusedWithAdvice(string path, string advice)
    {
        var e = await Assert.ThrowsAsync<InvalidObjectNameException>(() => WriteAsync(path, Parquet("SELECT 1 AS x")));

        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.Empty(await _store.ListAsync("datasets", "", s_ct).ToListAsync());
    }

    [Fact]
    public async Task Write_PartitionFoldersThatMakeNoColumn_AreRefused() =>
        await Assert.ThrowsAsync<SchemaMismatchException>(() => WriteAsync("a=1/a=2/x.parquet", Parquet("SELECT 1 AS x")));

    [Theory]
    [InlineData("a/b")]
    [InlineData("..")]
    public async Task Write_DatasetThatIsNoName_IsRefused(string dataset) =>
        await Assert.ThrowsAsync<InvalidObjectNameException>(
            () => _writer.WriteAsync(dataset, "a.parquet", new MemoryStream(Parquet("SELECT 1 AS x")), s_ct));

    [Fact]
    public async Task Complete_FilesThatDisagree_SaysSoAndWritesNoMarker()
    {
        await WriteAsync("a.parquet", Parquet("SELECT 1 AS x"));
        await WriteAsync("b.parquet", Parquet("SELECT 'text' AS x"));

        await Assert.ThrowsAsync<SchemaMismatchException>(() => _writer.CompleteAsync("d", s_ct));

        Assert.Null(await _store.FindAsync("datasets", "d/_SUCCESS", s_ct));
    }

    [Fact]
    public async Task Complete_NoFiles_SaysThatThereIsNoDataset() =>
        await Assert.ThrowsAsync<DatasetNotFoundException>(() => _writer.CompleteAsync("d", s_ct));

    private byte[] Parquet(string sql)
    {
        var file = _folder[$"{Guid.NewGuid():N}.parquet"];
        _duck.Write(sql, file);
        return File.ReadAllBytes(file);
    }

    private Task<ObjectInfo> WriteAsync(string path, byte[] content) => _writer.WriteAsync("d", path, new MemoryStream(content), s_ct);
}
