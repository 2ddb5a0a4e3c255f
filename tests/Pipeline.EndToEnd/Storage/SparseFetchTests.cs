using Azure.Core;
using Azure.Storage.Blobs;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Sql;
using Pipeline.Storage;
using Pipeline.Tests.Storage;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Storage;

/// <summary>A task on Blob storage downloads what its query reads, and no more. The bytes are counted at the HTTP client.</summary>
public sealed class SparseFetchTests(AzuriteFixture azurite, ITestOutputHelper output) : IClassFixture<AzuriteFixture>, IAsyncLifetime, IDisposable
{
    private const int Columns = 60;

    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly ByteCount _count = new();
    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private BlobObjectStore _store = null!;
    private FooterReader? _footers;
    private DatasetCatalog _catalog = null!;

    private string Local => _folder["wide.parquet"];

    public async Task InitializeAsync()
    {
        var options = new BlobClientOptions();
        options.AddPolicy(_count, HttpPipelinePosition.PerRetry);
        _store = new BlobObjectStore(new BlobServiceClient((await azurite.GetAsync()).ConnectionString, options));
        _footers = new FooterReader(_store);
        _catalog = new DatasetCatalog(_store, new DatasetListing(_store), _footers);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _footers?.Dispose();
        _duck.Dispose();
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task Query_OfTwoColumnsOfAWideBlob_DownloadsNotTheRest()
    {
        var dataset = await UploadAsync("wide", rows: 40_960);
        var file = dataset.Files.Single();
        using var task = TaskFolder.Create();

        // A task in another process: it has not read the footer yet.
        using var footers = new FooterReader(_store);
        _count.Reset();
        var slice = await new ParquetFetcher(_store, footers).FetchAsync(
            new ParquetSlice("datasets", file.Object.Path, file.Object.ETag, ["c7", "c41"], [.. Enumerable.Range(0, file.Footer.RowGroups.Count)]), task, s_ct);

        var chunks = file.Footer.RowGroups.SelectMany(g => new[] { g.Chunks[7], g.Chunks[41] }).SelectMany(c => c.Ranges).Sum(r => r.Length);
        var tail = Math.Max(64 << 10, file.Footer.Length);
        output.WriteLine($"blob {file.Object.Length:N0}, two columns {chunks:N0}, footer {file.Footer.Length:N0}, downloaded {_count.Bytes:N0} bytes in {_count.Requests} requests");
        Assert.InRange(_count.Bytes, chunks, chunks + tail);
        Assert.True(_count.Bytes < file.Object.Length / 10, $"{_count.Bytes} of {file.Object.Length} bytes");
        Assert.Equal(_duck.Rows($"SELECT sum(c7)::DOUBLE, max(c41) FROM '{Local}'"), await AskAsync(slice, "SELECT sum(c7)::DOUBLE, max(c41) FROM t", "c7", "c41"));
    }

    [SkippableFact]
    public async Task Query_OfOneRowGroup_DownloadsNotTheOthers()
    {
        var dataset = await UploadAsync("groups", rows: 40_960, rowGroup: 4096);
        var file = dataset.Files.Single();
        using var task = TaskFolder.Create();
        _count.Reset();

        var slice = await new ParquetFetcher(_store, _footers!).FetchAsync(
            new ParquetSlice("datasets", file.Object.Path, file.Object.ETag, ["c0", "c1", "c2"], [3]), task, s_ct);

        var chunks = file.Footer.RowGroups[3].Chunks.Take(3).SelectMany(c => c.Ranges).Sum(r => r.Length);
        Assert.Equal(slice.BytesFetched, _count.Bytes);
        Assert.InRange(_count.Bytes, chunks, chunks + (512 << 10));
        Assert.Equal(
            _duck.Rows($"SELECT count(*), sum(c1)::DOUBLE FROM read_parquet('{Local}', file_row_number = true) WHERE file_row_number BETWEEN {3 * 4096} AND {4 * 4096 - 1}"),
            await AskAsync(slice, "SELECT count(*), sum(c1)::DOUBLE FROM t", "c0", "c1", "c2"));
    }

    [SkippableFact]
    public async Task Open_Dataset_ReadsTheEndsOfItsFilesOnly()
    {
        await UploadAsync("ends", rows: 40_960);
        using var footers = new FooterReader(_store);
        _count.Reset();

        var dataset = await new DatasetCatalog(_store, new DatasetListing(_store), footers).OpenAsync("ends", s_ct);

        Assert.Equal((Columns, 40_960L), (dataset.Columns.Count, dataset.Files.Single().Footer.Rows));
        Assert.True(_count.Bytes < dataset.Files.Single().Object.Length / 10, $"{_count.Bytes} bytes");
    }

    [SkippableFact]
    public async Task Fetch_BlobReplacedSincePlanning_SaysThatItChanged()
    {
        var dataset = await UploadAsync("changing", rows: 4096);
        var file = dataset.Files.Single();
        await UploadAsync("changing", rows: 4097);
        using var task = TaskFolder.Create();

        var e = await Assert.ThrowsAsync<ConditionFailedException>(() => new ParquetFetcher(_store, _footers!).FetchAsync(
            new ParquetSlice("datasets", file.Object.Path, file.Object.ETag, ["c0"], [0]), task, s_ct));
        Assert.Contains("was replaced or deleted while a job read it", e.Message, StringComparison.Ordinal);
    }

    private async Task<Dataset> UploadAsync(string dataset, int rows, int rowGroup = 122_880)
    {
        var columns = Enumerable.Range(0, Columns).Select(c => $"hash(range * {Columns} + {c}) AS c{c}");
        _duck.Write($"SELECT {string.Join(", ", columns)} FROM range({rows})", Local, $"ROW_GROUP_SIZE {rowGroup}");
        await using (var content = File.OpenRead(Local))
            await _store.WriteAsync("datasets", $"{dataset}/part-0.parquet", content, WriteCondition.None, s_ct);
        return await _catalog.OpenAsync(dataset, s_ct);
    }

    private static async Task<List<object?[]>> AskAsync(LocalSlice slice, string sql, params string[] columns)
    {
        using var session = DuckDbSession.Open();
        session.AddTable(new TableSchema("t", [.. columns.Select(c => new ColumnSchema(c, "UBIGINT"))]), [new ParquetFile(slice.Path)]);
        session.Confine();
        return await session.RunAsync(sql, reader =>
        {
            var rows = new List<object?[]>();
            while (reader.Read()) rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)]);
            return rows;
        }, s_ct);
    }
}
