using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class DatasetCatalogTests : IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private readonly FooterReader _footers;
    private readonly DatasetCatalog _catalog;

    public DatasetCatalogTests()
    {
        var store = new DirectoryObjectStore(_folder.Path);
        _footers = new FooterReader(store);
        _catalog = new DatasetCatalog(store, new DatasetListing(store), _footers);
    }

    public void Dispose()
    {
        _footers.Dispose();
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_PartitionedDataset_HasItsFilesColumnsAndPartitions()
    {
        Add("flights/month=2001-02/part-0.parquet", "SELECT 1 AS delay, 'SFO' AS origin FROM range(5)");
        Add("flights/month=2001-01/part-0.parquet", "SELECT 2 AS delay, 'JFK' AS origin FROM range(3)");

        var dataset = await _catalog.OpenAsync("flights", s_ct);

        Assert.Equal("flights", dataset.Name);
        Assert.Equal([new("delay", "INTEGER", true), new("origin", "VARCHAR", true), new("month", "VARCHAR", false)], dataset.Columns);
        Assert.Equal(["month"], dataset.PartitionColumns);
        Assert.Equal(["flights/month=2001-01/part-0.parquet", "flights/month=2001-02/part-0.parquet"], dataset.Files.Select(f => f.Object.Path));
        Assert.Equal(["2001-01", "2001-02"], dataset.Files.Select(f => f.Partition.Single()));
        Assert.Equal([3L, 5], dataset.Files.Select(f => f.Footer.Rows));
    }

    [Fact]
    public async Task Open_NestedPartitions_AreColumnsOutermostFirst()
    {
        Add("sales/year=2001/day=2001-03-04/a.parquet", "SELECT 1 AS x");
        Add("sales/year=2002/day=__HIVE_DEFAULT_PARTITION__/b.parquet", "SELECT 1 AS x");

        var dataset = await _catalog.OpenAsync("sales", s_ct);

        Assert.Equal([new("x", "INTEGER", true), new("year", "BIGINT", false), new("day", "DATE", true)], dataset.Columns);
        Assert.Equal(["2002", null], dataset.Files[1].Partition);
    }

    [Fact]
    public async Task Open_FilesBesideTheData_AreIgnored()
    {
        Add("d/a.parquet", "SELECT 1 AS x");
        Add("d/_temporary/b.parquet", "SELECT 'other' AS y");
        Add("d/.hidden.parquet", "SELECT 'other' AS y");
        Add("d/_metadata.parquet", "SELECT 'other' AS y");
        await File.WriteAllTextAsync(_folder["datasets", "d", "_SUCCESS"], "");
        await File.WriteAllTextAsync(_folder["datasets", "d", "notes.txt"], "");

        Assert.Single((await _catalog.OpenAsync("d", s_ct)).Files);
    }

    [Fact]
    public async Task Open_PartitionFolderWithAnUnderscore_IsNoHiddenFolder()
    {
        Add("d/_year=2001/a.parquet", "SELECT 1 AS x");

        Assert.Equal(["_year"], (await _catalog.OpenAsync("d", s_ct)).PartitionColumns);
    }

    [Fact]
    public async Task Open_ColumnsInAnotherOrderOrCase_AreTheSameColumns()
    {
        Add("d/a.parquet", "SELECT 1 AS x, 'a' AS y");
        Add("d/b.parquet", "SELECT 'b' AS Y, 2 AS x");

        Assert.Equal(["x", "y"], (await _catalog.OpenAsync("d", s_ct)).Columns.Select(c => c.Name));
    }

    [Fact]
    public async Task Open_FilesWithOtherColumns_ShowsBothFilesAndWhatDiffers()
    {
        Add("d/a.parquet", "SELECT 1 AS x, 'a' AS y, 1.5 AS z");
        Add("d/b.parquet", "SELECT 1::BIGINT AS x, 'a' AS y, true AS w");

        var e = await Assert.ThrowsAsync<SchemaMismatchException>(() => _catalog.OpenAsync("d", s_ct));

        Assert.Equal(
            "The files 'd/a.parquet' and 'd/b.parquet' of dataset 'd' have different columns: column 'x' is INTEGER in the first and BIGINT in the " +
            "second; column 'z' (DECIMAL(2,1)) is only in the first; column 'w' (BOOLEAN) is only in the second. " +
            "Write them with the same columns, or keep them in two datasets.",
            e.Message);
    }

    [Fact]
    public async Task Open_FilesWithOtherPartitionFolders_ShowsBoth()
    {
        Add("d/year=1/month=1/a.parquet", "SELECT 1 AS x");
        Add("d/year=2/b.parquet", "SELECT 1 AS x");

        var e = await Assert.ThrowsAsync<SchemaMismatchException>(() => _catalog.OpenAsync("d", s_ct));

        Assert.Contains("'d/year=1/month=1/a.parquet' has year=/month=, but 'd/year=2/b.parquet' has year=", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d/a=1/A=2/f.parquet", "two folders for the partition column 'a'")]
    [InlineData("d/x=1/f.parquet", "Column 'x' of dataset 'd' is both in its files and a partition folder")]
    [InlineData("d/a=%FF/f.parquet", "its escapes are not UTF-8")]
    public async Task Open_PartitionFoldersThatMakeNoColumn_SaysWhy(string path, string message)
    {
        Add(path, "SELECT 1 AS x");

        var e = await Assert.ThrowsAsync<SchemaMismatchException>(() => _catalog.OpenAsync("d", s_ct));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_CorruptFile_NamesIt()
    {
        Add("d/a.parquet", "SELECT 1 AS x");
        await File.WriteAllTextAsync(_folder["datasets", "d", "b.parquet"], "PAR1 is how it begins, but then");

        var e = await Assert.ThrowsAsync<CorruptParquetException>(() => _catalog.OpenAsync("d", s_ct));
        Assert.Equal("d/b.parquet", e.Path);
    }

    [Fact]
    public async Task Open_MisspeltName_OffersTheNearest()
    {
        Add("flights/a.parquet", "SELECT 1 AS x");
        Add("airports/a.parquet", "SELECT 1 AS x");

        var e = await Assert.ThrowsAsync<DatasetNotFoundException>(() => _catalog.OpenAsync("fligths", s_ct));
        Assert.Equal("There is no dataset 'fligths'. Did you mean 'flights'?", e.Message);
    }

    [Fact]
    public async Task Open_NoDatasetsAtAll_SaysSo()
    {
        var e = await Assert.ThrowsAsync<DatasetNotFoundException>(() => _catalog.OpenAsync("flights", s_ct));
        Assert.Contains("There are none yet", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OtherFilesOnly_SaysThatTheyAreNotParquet()
    {
        Directory.CreateDirectory(_folder["datasets", "d"]);
        await File.WriteAllTextAsync(_folder["datasets", "d", "a.csv"], "x,y");

        var e = await Assert.ThrowsAsync<DatasetNotFoundException>(() => _catalog.OpenAsync("d", s_ct));
        Assert.Contains("has no Parquet files; it has 1 others, such as 'd/a.csv'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../jobs")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task Open_NoName_IsRefused(string name) =>
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => _catalog.OpenAsync(name, s_ct));

    [Fact]
    public async Task Open_FileReplaced_SeesTheNewOne()
    {
        Add("d/a.parquet", "SELECT 1 AS x");
        await _catalog.OpenAsync("d", s_ct);
        Add("d/a.parquet", "SELECT 'now a text' AS x FROM range(7)");

        var dataset = await _catalog.OpenAsync("d", s_ct);
        Assert.Equal(("VARCHAR", 7L), (dataset.Columns[0].Type, dataset.Files[0].Footer.Rows));
    }

    [Fact]
    public async Task List_Datasets_CountsTheirFilesAndBytes()
    {
        Add("b/k=1/a.parquet", "SELECT 1 AS x");
        Add("b/k=2/a.parquet", "SELECT 1 AS x");
        Add("a-1/x.parquet", "SELECT 1 AS x");
        Add("a/x.parquet", "SELECT 1 AS x");
        await File.WriteAllTextAsync(_folder["datasets", "loose.parquet"], "belongs to no dataset");

        var listed = await _catalog.ListAsync(s_ct);

        Assert.Equal(["a", "a-1", "b"], listed.Select(d => d.Name));
        var b = listed[2];
        Assert.Equal((2, "k", null, null), (b.Files, b.PartitionColumns.Single(), b.Rows, b.Columns));
        Assert.Equal(Directory.GetFiles(_folder["datasets", "b"], "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), b.Bytes);
    }

    [Fact]
    public async Task List_ADatasetWithTheMarker_IsClosed()
    {
        Add("done/k=1/a.parquet", "SELECT 1 AS x");
        Add("open/a.parquet", "SELECT 1 AS x");
        await File.WriteAllTextAsync(_folder["datasets", "done", "_SUCCESS"], "");

        Assert.Equal([("done", true), ("open", false)], (await _catalog.ListAsync(s_ct)).Select(d => (d.Name, d.Closed)));
        Assert.True((await _catalog.DescribeAsync("done", s_ct)).Closed);
        Assert.False((await _catalog.DescribeAsync("open", s_ct)).Closed);
    }

    [Fact]
    public async Task Describe_Dataset_TellsRowsAndColumns()
    {
        Add("d/k=1/a.parquet", "SELECT 1 AS x FROM range(4)");
        Add("d/k=2/a.parquet", "SELECT 1 AS x FROM range(5)");

        var view = await _catalog.DescribeAsync("d", s_ct);

        Assert.Equal((2, 9L), (view.Files, view.Rows));
        Assert.Equal([new("x", "INTEGER", true), new("k", "BIGINT", false)], view.Columns!);
    }

    private void Add(string path, string sql)
    {
        var file = _folder["datasets", path];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        _duck.Write(sql, file);
    }
}
