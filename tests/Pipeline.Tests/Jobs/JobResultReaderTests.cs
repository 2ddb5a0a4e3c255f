using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Jobs;

/// <summary>The first rows of a result, read from a store that counts what is read of it.</summary>
public sealed class JobResultReaderTests : IDisposable
{
    private const int RowsAFile = 20_480;
    private const int RowsAGroup = 2_048;

    private readonly TemporaryFolder _folder = new();
    private readonly RemoteStore _store;
    private readonly FooterReader _footers;
    private readonly JobResultReader _reader;

    public JobResultReaderTests()
    {
        _store = new RemoteStore(new DirectoryObjectStore(_folder["store"]));
        _footers = new FooterReader(_store);
        _reader = new JobResultReader(_store, _footers, new ParquetFetcher(_store, _footers));
    }

    public void Dispose()
    {
        _footers.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(RowsAGroup + 1)]
    [InlineData(RowsAFile + 1)]
    [InlineData(3 * RowsAFile)]
    public async Task Read_ManyFiles_GivesTheFirstRowsInOrder(int top)
    {
        var output = await OutputAsync(2 * RowsAFile, RowsAFile, RowsAFile);

        var result = await _reader.ReadAsync(output, top, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, Math.Min(top, 2 * RowsAFile)), result.Rows.Select(row => row[0].GetInt32()));
        Assert.Equal(2 * RowsAFile, result.RowCount);
    }

    [Fact]
    public async Task Read_FewRowsOfMany_FetchesOneRowGroup()
    {
        var output = await OutputAsync(2 * RowsAFile, RowsAFile, RowsAFile);

        await _reader.ReadAsync(output, 5, CancellationToken.None);

        Assert.InRange(_store.BytesRead, 1, output.Bytes / 5);
    }

    [Fact]
    public async Task Read_NoRows_GivesNone() =>
        Assert.Empty((await _reader.ReadAsync(await OutputAsync(0, 0), 10, CancellationToken.None)).Rows);

    [Fact]
    public async Task Read_FileIsGone_NamesIt()
    {
        var output = await OutputAsync(1, 1);
        await _store.DeleteAsync(output.Container, output.Files[0], CancellationToken.None);

        Assert.Contains(output.Files[0], (await Assert.ThrowsAsync<StorageException>(() => _reader.ReadAsync(output, 1, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    // Numbers that do not compress, beside those that count the rows.
    private async Task<JobOutput> OutputAsync(int rows, params int[] rowsOfFiles)
    {
        using var duckDb = new DuckDb();
        var (files, first, bytes) = (new List<string>(), 0, 0L);
        foreach (var count in rowsOfFiles)
        {
            var local = _folder[$"part-{files.Count}.parquet"];
            duckDb.Write($"SELECT range::INTEGER + {first} AS n, hash(range + {first})::VARCHAR AS h FROM range({count})", local, $"row_group_size {RowsAGroup}");
            await using var content = File.OpenRead(local);
            var written = await _store.WriteAsync(JobFiles.Results, $"job/part-{files.Count}.parquet", content, WriteCondition.None, CancellationToken.None);
            files.Add(written.Path);
            (first, bytes) = (first + count, bytes + written.Length);
        }
        return new JobOutput([new ResultColumn("n", "INTEGER"), new ResultColumn("h", "VARCHAR")], JobFiles.Results, files, files.Count, rows, bytes, new Dictionary<string, long>());
    }
}
