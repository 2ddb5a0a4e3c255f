using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Batch;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Jobs;

/// <summary>Jobs that start because something was uploaded. One list, run over a directory and over Blob storage.</summary>
public abstract class UploadedSpecs(SalesApp sales) : IAsyncLifetime
{
    private const string CountSales = """{ "kind": "batch", "name": "count", "tables": { "sales": "sales" }, "query": "select count(*) as n from sales" }""";

    private RunningApp? _app;

    private RunningApp App => _app!;

    private IObjectStore Store => App.Services.GetRequiredService<IObjectStore>();

    public async Task InitializeAsync() => _app = await sales.GetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task Inbox_ValidSpec_BecomesAJob()
    {
        await UploadAsync("inbox/count.json", CountSales);

        var receipt = await ReceiptAsync("receipts/inbox/count.json");

        Assert.True(receipt.Accepted);
        Assert.Equal("[60000]", Assert.Single((await App.ResultAsync(receipt.JobId!)).Rows).GetRawText());
    }

    [SkippableFact]
    public async Task Inbox_FaultySpec_IsAnsweredAndKept()
    {
        await UploadAsync("inbox/faulty.json", """{ "kind": "batch", "name": "x" }""");

        var receipt = await ReceiptAsync("receipts/inbox/faulty.json");

        Assert.False(receipt.Accepted);
        Assert.Equal(["/tables", "/query"], receipt.Errors.Select(e => e.Pointer));
        Assert.NotNull(await Store.FindAsync("jobs", "inbox/faulty.json", default));
    }

    [SkippableFact]
    public async Task Inbox_SpecOfTenMegabytes_IsAnsweredByItsSize()
    {
        await UploadAsync("inbox/huge.json", new string(' ', 10 << 20));

        var receipt = await ReceiptAsync("receipts/inbox/huge.json");

        Assert.Contains("at most", Assert.Single(receipt.Errors).Detail, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Subscription_UploadClosedByItsMarker_StartsOneJobForTheSameData()
    {
        await UploadAsync("subscriptions/arrivals.json", """{ "kind": "batch", "name": "arrivals", "tables": { "a": "arrivals" }, "query": "select count(*) as n from a" }""");
        await App.UploadAsync("arrivals", "day=1/a.parquet", sales.Data.Parquet("select * from range(10) t(i)"));
        await CloseAsync("arrivals");
        Assert.Equal(["[10]"], await CountsAsync(1));

        await CloseAsync("arrivals"); // the marker again, with nothing new
        await App.UploadAsync("arrivals", "day=2/a.parquet", sales.Data.Parquet("select * from range(5) t(i)"));
        await CloseAsync("arrivals");

        Assert.Equal(["[10]", "[15]"], await CountsAsync(2));

        async Task<List<string>> CountsAsync(int jobs)
        {
            var found = await RunningApp.UntilAsync(ListAsync, list => list.Count >= jobs);
            var counts = new List<string>();
            foreach (var job in found.AsEnumerable().Reverse())
                counts.Add((await App.ResultAsync(job.Id)).Rows.Single().GetRawText());
            return counts;
        }
    }

    [SkippableFact]
    public async Task Subscription_ThatWouldStartItself_IsRefused()
    {
        await UploadAsync("subscriptions/loop.json", """{ "kind": "batch", "name": "loop", "tables": { "l": "loop" }, "query": "select * from l", "output": { "dataset": "loop", "mode": "append" } }""");
        await App.UploadAsync("loop", "a.parquet", sales.Data.Parquet("select 1 as one"));
        await CloseAsync("loop");

        var receipts = await RunningApp.UntilAsync(
            async () => await Store.ListAsync("jobs", "receipts/subscriptions/loop/", default).ToListAsync(), list => list.Count > 0);

        var receipt = await ReceiptAsync(receipts[0].Path);
        Assert.Equal("/output/dataset", Assert.Single(receipt.Errors).Pointer);
    }

    private async Task<List<JobView>> ListAsync()
    {
        var page = JsonSerializer.Deserialize<JobPage>(await App.Http.GetStringAsync(new Uri("api/jobs?top=1000", UriKind.Relative)), Responses.Json)!;
        return [.. page.Jobs.Where(j => j.Name == "arrivals")];
    }

    private Task UploadAsync(string path, string text) =>
        Store.WriteAsync("jobs", path, new MemoryStream(Encoding.UTF8.GetBytes(text)), WriteCondition.None, default);

    private async Task CloseAsync(string dataset)
    {
        using var response = await App.Http.PostAsync(new Uri($"api/datasets/{dataset}/complete", UriKind.Relative), null);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<JobReceipt> ReceiptAsync(string path)
    {
        await RunningApp.UntilAsync(() => Store.FindAsync("jobs", path, default), found => found is not null);
        await using var stream = await Store.OpenReadAsync("jobs", path, default);
        return (await JsonSerializer.DeserializeAsync<JobReceipt>(stream, Responses.Json))!;
    }
}
