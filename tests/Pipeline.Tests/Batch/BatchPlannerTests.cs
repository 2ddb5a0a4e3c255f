using System.Text;
using Pipeline.Batch;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Batch;

/// <summary>What a job reads, planned over real files.</summary>
public sealed class BatchPlannerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private readonly FooterReader _footers;
    private readonly BatchPlanner _planner;

    public BatchPlannerTests()
    {
        var store = new DirectoryObjectStore(_folder.Path);
        _footers = new FooterReader(store);
        var inputs = new BatchInputs(store, _footers, new ParquetFetcher(store, _footers));
        _planner = new BatchPlanner(
            new DatasetCatalog(store, new DatasetListing(store), _footers), new QueryPlanner(), new BatchPublisher(store, inputs, TimeProvider.System), TimeProvider.System);
    }

    public void Dispose()
    {
        _footers.Dispose();
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Plan_AfterTheSameQueryOverFoldersWasChecked_FiltersAColumnThatIsInTheFiles()
    {
        Add("folders/month=2001-01/a.parquet", "SELECT 1 AS id");
        Add("folders/month=2001-02/a.parquet", "SELECT 2 AS id");
        Add("files/a.parquet", "SELECT 1 AS id, '2001-01' AS month");
        Add("files/b.parquet", "SELECT 2 AS id, '2001-02' AS month");
        await _planner.CheckAsync(Spec("folders", "select id from t where month = '2001-02'"), default);

        var plan = await PlanAsync("files", "select id from t where month = '2001-02'");

        Assert.Equal(["files/b.parquet"], Assert.Single(plan.Tables).Files.Select(f => f.Path));
    }

    [Fact]
    public async Task Plan_BareCount_ReadsTheSmallestColumnOfEveryFile()
    {
        for (var i = 0; i < 3; i++)
            Add($"d/{i}.parquet", "SELECT repeat('x', 100) || range AS wide, range % 2 = 0 AS narrow FROM range(1000)");

        var plan = await PlanAsync("d", "select count(*) from t");

        var table = Assert.Single(plan.Tables);
        Assert.Equal(["narrow"], table.Read);
        Assert.Equal((3, 3000L), (table.Files.Count, table.Files.Sum(f => f.Rows)));
        Assert.All(table.Files, f => Assert.InRange(f.Bytes, 1, 500));
    }

    private Task<BatchPlan> PlanAsync(string dataset, string query) => _planner.PlanAsync(BatchSpec.Read(Spec(dataset, query)), "job", default);

    private static JobSpec Spec(string dataset, string query) => JobSpec.Parse(
        Encoding.UTF8.GetBytes($$"""{ "kind": "batch", "name": "n", "tables": { "t": "{{dataset}}" }, "query": "{{query}}" }"""), ["batch"]);

    private void Add(string path, string sql)
    {
        var file = _folder["datasets", path];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        _duck.Write(sql, file);
    }
}
