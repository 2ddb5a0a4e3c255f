using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Streams;
using Pipeline.Tests.Streams.Sinks;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Where results go, through the whole app: files that a batch job reads, a webhook that is down for a while, another hub, alerts.</summary>
public sealed class SinkTests
{
    private const string BySymbol = "select symbol, window_start, count(*) as n, sum(price) as total from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchBySymbol = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total from trades group by all";
    private const string Secret = "a secret that both know";

    [Fact]
    public async Task Stream_WithADataset_IsAnInputOfBatchJobsAtOnce()
    {
        var trades = new TradeStream(seed: 21, count: 2_000);
        await using var app = await RunningApp.StartAsync();
        await PutAsync(app, """ { "dataset": "bars", "partitionBy": "day" } """);
        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));
        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
        await SentAsync(app);

        var result = await app.RunAsync("""{ "kind": "batch", "name": "n", "tables": { "bars": "bars" }, "query": "select symbol, window_start, n, total from bars" }""");

        Assert.Equal(trades.Batch(BatchBySymbol), result.Rows.Select(r => r.GetRawText()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Stream_AWebhookThatIsDownForAWhile_GetsEveryWindowSignedAndTheStreamWaits()
    {
        var trades = new TradeStream(seed: 22, count: 1_000);
        await using var receiver = await Receiver.StartAsync();
        var broken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Status = call =>
        {
            if (call == 3) broken.TrySetResult();
            return call is >= 3 and <= 12 ? 503 : 200;
        };
        await using var app = await RunningApp.StartAsync(settings: new Dictionary<string, string?> { ["HOOK_SECRET"] = Secret, ["PipelineWebhookHosts"] = "127.0.0.1" });
        await PutAsync(app, $$""" { "webhook": "{{receiver.Url}}", "secretSetting": "HOOK_SECRET" } """);
        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));
        await broken.Task.WaitAsync(TimeSpan.FromMinutes(2));

        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
        await SentAsync(app);

        // A window comes once, or again with the key that the receiver knows.
        var windows = receiver.Taken.DistinctBy(c => c.Key).ToList();
        Assert.Equal(trades.Batch(BatchBySymbol), windows.SelectMany(Rows).Order(StringComparer.Ordinal));
        Assert.All(receiver.Calls, c => Assert.True(WebhookSignature.IsValid(c.Signature, Secret, Encoding.UTF8.GetBytes(c.Body), DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5))));
        Assert.True(receiver.Calls.Count - receiver.Taken.Count >= 10);
    }

    [Fact]
    public async Task Stream_WithAHubAndAnAlert_TellsBothOfIt()
    {
        var trades = new TradeStream(seed: 23, count: 500);
        await using var app = await RunningApp.StartAsync();
        await PutAsync(app, """ { "hub": "events", "key": "symbol" }, { "alert": { "name": "dear", "when": "total > 500" } } """);
        const string Again = """
            { "hub": "events", "columns": { "symbol": "VARCHAR", "w": { "type": "TIMESTAMP", "path": "$.window_start" }, "n": "BIGINT", "total": "DECIMAL(18,2)" }, "from": "earliest",
              "query": "select symbol, w, n, total from events" }
            """;
        await TradeStream.PutAsync(app.Http, "again", Again);
        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));

        await TradeStream.ExpectAsync(app.Http, "again", trades.Batch(BatchBySymbol));
        await SentAsync(app);
        var alerts = (await app.Http.GetFromJsonAsync<StreamAlerts>("api/streams/bars/alerts?top=1000", Responses.Json))!.Alerts;
        Assert.Equal(trades.Batch($"select * from ({BatchBySymbol}) where total > 500"), alerts.Select(a => RowOf(a.Row)).Order(StringComparer.Ordinal));
        Assert.All(alerts, a => Assert.Equal("dear", a.Name));
    }

    private static Task PutAsync(RunningApp app, string sinks) =>
        TradeStream.PutAsync(app.Http, "bars", TradeStream.Spec(BySymbol, $""" "partitionKey": ["symbol"], "sinks": [{sinks}] """));

    // The windows can be read as soon as they are committed; the sinks have them when nothing is pending.
    private static Task SentAsync(RunningApp app) =>
        RunningApp.UntilAsync(() => TradeStream.StateAsync(app.Http, "bars"), state => state.Partitions.All(p => p.Pending == 0));

    private static IEnumerable<string> Rows(Receiver.Call call) => JsonDocument.Parse(call.Body).RootElement.GetProperty("rows").EnumerateArray().Select(RowOf);

    private static string RowOf(JsonElement row) => $"[{string.Join(',', row.EnumerateObject().Select(p => p.Value.GetRawText()))}]";
}
