using System.Globalization;
using System.Text.Json;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Samples;

/// <summary>The market of samples/trading, run from the command line as its README says, and held to what a search or a batch query finds.</summary>
public sealed class TradingTests : IAsyncLifetime, IDisposable
{
    private const string Start = "2026-01-31T09:30:07Z";
    private const int Rate = 2_000;

    private readonly SampleFolder _sample = new();
    private ServedApp _app = null!;

    public async Task InitializeAsync() => _app = await ServedApp.StartAsync(_sample.Folder.Path);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task BarsAndAlerts_AreThoseOfTheTicks()
    {
        foreach (var stream in new[] { "vwap", "bars", "movers" })
            await _sample.RunAsync("stream", "apply", SampleFolder.Sample("trading", $"{stream}.json"));
        await _sample.RunAsync("send", "trades", "--generate", "trades", "--rate", $"{Rate}", "--count", "12000", "--seed", "7", "--start", Start, "-q");
        // Later ticks, of all partitions, close the windows of these.
        await _sample.RunAsync("send", "trades", "--generate", "trades", "--count", "2000", "--seed", "8", "--start", "2026-01-31T09:40:00Z", "-q");
        var ticks = await TicksAsync(new TradeGenerator(7, DateTimeOffset.Parse(Start, CultureInfo.InvariantCulture), Rate).Trades().Take(12_000));
        const string Window = "time_bucket(interval '10 seconds', time)";

        await _sample.ExpectAsync("vwap", $"select symbol, {Window} as w, {Window} + interval '10 seconds' as e, round(sum(price * size) / sum(size), 6) as vwap, sum(size)::bigint as volume, count(*) as trades from {ticks} group by all",
            "select symbol, window_start, window_end, round(vwap, 6), volume, trades from read_parquet('{0}') where window_end < timestamp '2026-01-31 09:40'");
        // A tick is in the six windows of a minute that begin at most a minute before it.
        await _sample.ExpectAsync("bars", $"""
            select symbol, w, w + interval '1 minute' as e, arg_min(price, id) as open, max(price) as high, min(price) as low, arg_max(price, id) as close, sum(size)::bigint as volume
            from (select *, unnest([{Window} - to_seconds(10 * i) for i in range(6)]) as w from {ticks}) group by all
            """, "select symbol, window_start, window_end, open, high, low, close, volume from read_parquet('{0}') where window_end < timestamp '2026-01-31 09:40'");
        var movers = _sample.Duck.Rows($"select symbol from (select symbol, 100 * (arg_max(price, id) / arg_min(price, id) - 1) as percent from {ticks} group by symbol, {Window} having count(*) > 1) where abs(round(percent, 2)) > 1");
        var alerts = await RunningApp.UntilAsync(
            async () => JsonDocument.Parse((await _sample.RunAsync("stream", "alerts", "movers", "--top", "1000", "-o", "json")).Out).RootElement.GetProperty("alerts").EnumerateArray().Count(a => a.GetProperty("windowEnd").GetDateTimeOffset().Minute < 40), n => n >= movers.Count);
        Assert.Equal(movers.Count, alerts);
    }

    [Fact]
    public async Task LimitOrders_AreExecutedByTheFirstTickThatCan()
    {
        await _sample.RunAsync("stream", "apply", SampleFolder.Sample("trading", "orders.json"));
        await _sample.RunAsync("send", "events", "--generate", "orders", "--count", "20000", "--seed", "3", "--start", Start, "-q");
        var generated = new TradeGenerator(3, DateTimeOffset.Parse(Start, CultureInfo.InvariantCulture), TradeGenerator.UsualRate).Orders().Take(20_000);
        var expected = Executions([.. generated.Select(e => JsonSerializer.Deserialize<JsonElement>(e.Body.Span))]);

        await _sample.ExpectAsync("executions", $"select * from (values {string.Join(", ", expected)}) t", "select order_id::bigint, price from read_parquet('{0}') where status = 'executed'");
        var report = await _sample.RunAsync("run", SampleFolder.Sample("trading", "executions.json"), "-o", "csv", "-q");
        Assert.Equal(expected.Count, report.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Sum(line => int.Parse(line.Split(',')[2], CultureInfo.InvariantCulture)));
    }

    private static List<string> Executions(List<JsonElement> events)
    {
        var open = new Dictionary<string, List<JsonElement>>(StringComparer.Ordinal);
        var executed = new List<string>();
        foreach (var one in events)
        {
            var (symbol, price) = (one.GetProperty("symbol").GetString()!, one.GetProperty("price").GetDouble());
            if (!open.TryGetValue(symbol, out var orders)) open[symbol] = orders = [];
            if (one.GetProperty("kind").GetString() == "order")
            {
                orders.Add(one);
                continue;
            }
            foreach (var order in orders.Where(o => o.GetProperty("side").GetString() == "buy" ? price <= o.GetProperty("price").GetDouble() : price >= o.GetProperty("price").GetDouble()).ToList())
            {
                executed.Add(string.Create(CultureInfo.InvariantCulture, $"({order.GetProperty("id").GetInt64()}::bigint, '{price}'::double)"));
                orders.Remove(order);
            }
        }
        return executed;
    }

    private async Task<string> TicksAsync(IEnumerable<EventToSend> events)
    {
        var file = _sample.Folder["ticks.jsonl"];
        await File.WriteAllLinesAsync(file, events.Select(e => System.Text.Encoding.UTF8.GetString(e.Body.Span)));
        return $"(select id, symbol, price, size, time::timestamp as time from read_json('{file}', columns = {{id: 'BIGINT', symbol: 'VARCHAR', price: 'DOUBLE', size: 'BIGINT', time: 'VARCHAR'}}))";
    }
}
