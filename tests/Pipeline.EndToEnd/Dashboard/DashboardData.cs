using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Embedded.Volunteer;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.EndToEnd.Streams;
using Pipeline.EndToEnd.Training;
using Pipeline.Grid.Applications;
using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>What the app was given to show, and how things are called there.</summary>
/// <param name="Batch">A batch job that has completed, over 8 partitions in several tasks.</param>
/// <param name="Failed">A batch job that failed.</param>
/// <param name="Training">A training that has completed, whose model is called <c>shapes</c>.</param>
/// <param name="OtherTraining">Another run of it, with another learning rate.</param>
/// <param name="Simulation">A simulation that has completed, with frames.</param>
/// <param name="Grid">A grid job that two volunteers, Ada and Bob, have left half done.</param>
internal sealed record DashboardData(string Batch, string Failed, string Training, string OtherTraining, string Simulation, string Grid)
{
    /// <summary>A plausible shop: 8 months of sales.</summary>
    public const int Months = 8;

    /// <summary>The stream of trades.</summary>
    public const string Stream = "prices";

    private const int Seed = 7;

    // Of 11 symbols in 10 minutes and a little.
    private const int LeastRows = 100;

    public static async Task<DashboardData> MakeAsync(RunningApp app)
    {
        using var files = new TestData();
        for (var month = 1; month <= Months; month++)
            await app.UploadAsync("sales", $"month=2024-{month:00}/part-0.parquet", Sales(files, month));
        await app.UploadAsync("genomes", "tiny.fasta", Encoding.ASCII.GetBytes($">tiny\n{string.Concat(Enumerable.Range(0, 2_000).Select(i => "ACGT"[i * i * 7 % 31 % 4]))}\n"));
        using (var closed = await app.Http.PostAsync(new Uri("api/datasets/sales/complete", UriKind.Relative), null))
            closed.EnsureSuccessStatusCode();
        await app.UploadAsync("shapes", "part-0.parquet", files.Parquet(Shapes.Rows, rowGroup: 2_048));
        await TradeStream.PutAsync(app.Http, Stream, TradeStream.Spec(
            "select symbol, window_start, window_end, avg(price)::double as mean_price, count(*) as trades from trades group by symbol, tumble(time, interval '1 minute')",
            """ "partitionKey": ["symbol"], "sinks": [{ "alert": { "name": "dear", "when": "mean_price > 52" } }] """));

        var data = new DashboardData(
            await app.SubmitAsync("""
                {
                  "kind": "batch", "name": "sales-by-month", "tables": { "sales": "sales" },
                  "query": ["select month, count(*) as sales, round(sum(price), 2) as revenue", "from sales group by month order by month"],
                  "options": { "taskSize": "64KB" }
                }
                """),
            await app.SubmitAsync("""{ "kind": "batch", "name": "bad-prices", "tables": { "sales": "sales" }, "query": "select cast(shop as integer) as shop from sales" }"""),
            await app.SubmitAsync(Shapes.Spec(epochs: 4)),
            await app.SubmitAsync(Shapes.Spec(epochs: 4, more: """, "workers": 2, "optimizer": { "type": "adam", "learningRate": 0.004 }""")),
            await app.SubmitAsync("""
                { "kind": "simulation", "name": "waves", "program": "shallow-water", "parameters": { "case": 5, "rows": 32, "columns": 64 }, "ranks": 2,
                  "steps": 400, "outputs": { "every": 20, "fields": false, "images": true } }
                """),
            await app.SubmitAsync("""
                { "kind": "grid", "name": "reads", "application": "alignment",
                  "parameters": { "reference": "genomes/tiny.fasta", "readsPerUnit": 10, "reads": { "count": 400, "length": 80, "seed": 5 } } }
                """));
        var trades = new TradeStream(Seed, 6_000);
        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, [new OutgoingEvent(Encoding.UTF8.GetBytes("""{"id":"not a number","symbol":"S1"}"""), "S1"), new OutgoingEvent("no JSON at all"u8.ToArray(), "S2")]);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));

        await Task.WhenAll(ComputeAsync(app, "Ada", results: 30), ComputeAsync(app, "Bob", results: 22));
        Assert.Equal(JobStatus.Failed, (await app.EndAsync(data.Failed)).Status);
        foreach (var id in new[] { data.Batch, data.Training, data.OtherTraining, data.Simulation })
        {
            var job = await app.EndAsync(id);
            Assert.True(job.Status == JobStatus.Completed, $"{job.Name}: {job.Error}");
        }
        await RunningApp.UntilAsync(() => TradeStream.StateAsync(app.Http, Stream), state => state.Counters.DeadLettered == 2 && state.Lag == 0);
        await RunningApp.UntilAsync(() => TradeStream.RowsAsync(app.Http, Stream), rows => rows.Count >= LeastRows);
        return data;
    }

    private static async Task ComputeAsync(RunningApp app, string name, int results)
    {
        var settings = new VolunteerSettings(app.Http.BaseAddress!, Path.Combine(app.Root, "volunteers", name)) { Name = name, Count = results };
        using var folder = VolunteerFolder.Open(settings.Folder);
        using var client = GridClient.Create(settings.Url, settings.Time);
        using var agent = new VolunteerAgent(settings, client, folder, [.. app.Services.GetServices<IGridApplication>()], new PauseSwitch(), _ => { });
        await agent.RunAsync(CancellationToken.None);
    }

    private static byte[] Sales(TestData files, int month) => files.Parquet($"""
        SELECT i AS id, chr(97 + (i * 7 % 5)::int) || '-shop' AS shop, round(5 + (i * 7919 % 10007) / 100.0, 2) AS price,
               TIMESTAMP '2024-{month:00}-01' + INTERVAL (i) MINUTE AS sold_at
        FROM range({20_000 + (month * 1_500)}) t(i)
        """, rowGroup: 8_000);
}
