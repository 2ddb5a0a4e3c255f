using System.Net;
using System.Net.Http.Json;
using System.Text;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Streams through the whole embedded app: events over AMQP, the real trigger, the HTTP API.</summary>
public sealed class StreamTests
{
    private const string BySymbol = "select symbol, window_start, count(*) as n, sum(price) as total from trades group by symbol, tumble(time, interval '1 minute')";
    private const string BatchBySymbol = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n, sum(price) as total from trades group by all";
    private const string Totals = "select window_end, count(*) as n, count(distinct symbol) as symbols, max(price) as dearest from trades group by tumble(time, interval '2 minutes')";
    private const string BatchTotals = "select time_bucket(interval '2 minutes', time) + interval '2 minutes' as w, count(*) as n, count(distinct symbol) as symbols, max(price) as dearest from trades group by all";

    [Fact]
    public async Task Stream_KeyedByThePartitionKey_GivesTheWindowsOfTheBatchQuery()
    {
        var trades = new TradeStream(seed: 11, count: 3_000);
        await using var app = await RunningApp.StartAsync();
        await TradeStream.PutAsync(app.Http, "bars", TradeStream.Spec(BySymbol, """ "partitionKey": ["symbol"] """));

        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));

        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
        var state = await TradeStream.StateAsync(app.Http, "bars");
        Assert.Equal(3_004, state.Counters.Events);
        Assert.Equal(0, state.Lag);
        Assert.Empty(state.Alarms);
    }

    [Fact]
    public async Task Stream_WithoutKeys_BringsPartitionsTogether()
    {
        var trades = new TradeStream(seed: 12, count: 3_000);
        await using var app = await RunningApp.StartAsync();
        await TradeStream.PutAsync(app.Http, "totals", TradeStream.Spec(Totals, ""));

        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));

        await TradeStream.ExpectAsync(app.Http, "totals", trades.Batch(BatchTotals));
    }

    [Fact]
    public async Task Stream_MadeAfterTheEvents_ReadsThemFromTheLog()
    {
        var trades = new TradeStream(seed: 13, count: 1_000);
        await using var app = await RunningApp.StartAsync();
        await TradeStream.SendAsync(app.Services, trades.Messages);
        await TradeStream.SendAsync(app.Services, TradeStream.Flush(4));

        await TradeStream.PutAsync(app.Http, "bars", TradeStream.Spec(BySymbol, """ "partitionKey": ["symbol"] """));

        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
    }

    [Fact]
    public async Task Stream_PausedResumedAndRewound_LosesNothing()
    {
        var trades = new TradeStream(seed: 14, count: 1_000);
        await using var app = await RunningApp.StartAsync();
        await TradeStream.PutAsync(app.Http, "bars", TradeStream.Spec(BySymbol, """ "partitionKey": ["symbol"] """));
        await TradeStream.SendAsync(app.Services, [.. trades.Messages.Take(500)]);

        await PostAsync(app.Http, "pause", "");
        await TradeStream.SendAsync(app.Services, [.. trades.Messages.Skip(500), .. TradeStream.Flush(4)]);
        await PostAsync(app.Http, "resume", "");
        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
        await PostAsync(app.Http, "rewind", """{ "to": "earliest" }""");

        await RunningApp.UntilAsync(() => TradeStream.StateAsync(app.Http, "bars"), state => state.Generation == 2 && state.Counters.Events == 1_004);
        await TradeStream.ExpectAsync(app.Http, "bars", trades.Batch(BatchBySymbol));
    }

    [Fact]
    public async Task Put_SpecWithFaults_SaysAllOfThemWithTheirPlaces()
    {
        await using var app = await RunningApp.StartAsync();
        const string Spec = """{ "hub": "trade", "columns": { "price": "DOUBEL" }, "query": "select 1", "sinks": [ { "datset": "bars" } ] }""";
        using var response = await app.Http.PutAsync(new Uri("api/streams/bars", UriKind.Relative), new StringContent(Spec, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = (await response.Content.ReadFromJsonAsync<Problem>(Responses.Json))!;
        Assert.Equal(["/columns/price", "/hub", "/sinks/0"], problem.Errors!.Select(e => e.Pointer).Order(StringComparer.Ordinal));
    }

    private static async Task PostAsync(HttpClient http, string verb, string body)
    {
        using var response = await http.PostAsync(new Uri($"api/streams/bars/{verb}", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
