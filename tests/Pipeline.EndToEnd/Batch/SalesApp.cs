using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Batch;

/// <summary>A running app with two datasets, sales (60,000 rows in six monthly partitions) and shops, and the same rows in DuckDB to
/// ask for the right answers. One for the tests of a class; a test asks for it first, so that it can be skipped.</summary>
public class SalesApp : IAsyncLifetime
{
    private const string Shops = "select i::integer as shop, 'shop ' || i as name, i < 4 as open from range(7) t(i)";

    private readonly Lazy<Task<RunningApp>> _app;

    public SalesApp() => _app = new Lazy<Task<RunningApp>>(StartAsync);

    /// <summary>Asked for the right answers.</summary>
    internal TestData Data { get; } = new();

    /// <summary>The app, started at the first call.</summary>
    public Task<RunningApp> GetAsync() => _app.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        Data.Dispose();
        if (_app.IsValueCreated && _app.Value.IsCompletedSuccessfully)
            await (await _app.Value).DisposeAsync();
    }

    /// <summary>Where the app keeps its objects: a connection string, or null for a directory.</summary>
    protected virtual Task<string?> StoreAsync() => Task.FromResult<string?>(null);

    private async Task<RunningApp> StartAsync()
    {
        var app = await RunningApp.StartAsync(await StoreAsync());
        for (var month = 1; month <= 6; month++)
            await app.UploadAsync("sales", $"month={month}/part-0.parquet", Data.Parquet(Rows(month), rowGroup: 2_048));
        await app.UploadAsync("shops", "shops.parquet", Data.Parquet(Shops));
        Data.Execute($"create table sales as {string.Join(" union all ", Enumerable.Range(1, 6).Select(m => $"select *, {m}::bigint as month from ({Rows(m)})"))}");
        Data.Execute($"create table shops as {Shops}");
        return app;
    }

    private static string Rows(int month) => $"""
        select i as id, (i % 7)::integer as shop, case when i % 11 = 0 then null else ((i * 37 % 1000) / 10)::decimal(9, 1) end as price,
               date '2001-01-01' + (i // 100)::integer as day, 'customer ' || (i % 50) as customer, repeat('x', 200) as wide
        from range({(month - 1) * 10_000}, {month * 10_000}) t(i)
        """;
}
