using System.Globalization;
using System.Text.Json;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Tests.Storage;

namespace Pipeline.EndToEnd.Streams;

/// <summary>The samples, run from the command line as their READMEs say, and held to what a search or a batch query finds.</summary>
public sealed class SampleTests : IAsyncLifetime, IDisposable
{
    private const string Start = "2026-01-31T09:30:07Z";
    private const int Rate = 2_000;

    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private ServedApp _app = null!;

    public async Task InitializeAsync() => _app = await ServedApp.StartAsync(_folder.Path);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Trading_BarsAndAlerts_AreThoseOfTheTicks()
    {
        foreach (var stream in new[] { "vwap", "bars", "movers" })
            await RunAsync("stream", "apply", Sample("trading", $"{stream}.json"));
        await RunAsync("send", "trades", "--generate", "trades", "--rate", $"{Rate}", "--count", "12000", "--seed", "7", "--start", Start, "-q");
        // Later ticks, of all partitions, close the windows of these.
        await RunAsync("send", "trades", "--generate", "trades", "--count", "2000", "--seed", "8", "--start", "2026-01-31T09:40:00Z", "-q");
        var ticks = await TicksAsync(new TradeGenerator(7, DateTimeOffset.Parse(Start, CultureInfo.InvariantCulture), Rate).Trades().Take(12_000));
        const string Window = "time_bucket(interval '10 seconds', time)";

        await ExpectAsync("vwap", $"select symbol, {Window} as w, {Window} + interval '10 seconds' as e, round(sum(price * size) / sum(size), 6) as vwap, sum(size)::bigint as volume, count(*) as trades from {ticks} group by all",
            "select symbol, window_start, window_end, round(vwap, 6), volume, trades from read_parquet('{0}') where window_end < timestamp '2026-01-31 09:40'");
        // A tick is in the six windows of a minute that begin at most a minute before it.
        await ExpectAsync("bars", $"""
            select symbol, w, w + interval '1 minute' as e, arg_min(price, id) as open, max(price) as high, min(price) as low, arg_max(price, id) as close, sum(size)::bigint as volume
            from (select *, unnest([{Window} - to_seconds(10 * i) for i in range(6)]) as w from {ticks}) group by all
            """, "select symbol, window_start, window_end, open, high, low, close, volume from read_parquet('{0}') where window_end < timestamp '2026-01-31 09:40'");
        var movers = _duck.Rows($"select symbol from (select symbol, 100 * (arg_max(price, id) / arg_min(price, id) - 1) as percent from {ticks} group by symbol, {Window} having count(*) > 1) where abs(round(percent, 2)) > 1");
        var alerts = await RunningApp.UntilAsync(
            async () => JsonDocument.Parse((await RunAsync("stream", "alerts", "movers", "--top", "1000", "-o", "json")).Out).RootElement.GetProperty("alerts").EnumerateArray().Count(a => a.GetProperty("windowEnd").GetDateTimeOffset().Minute < 40), n => n >= movers.Count);
        Assert.Equal(movers.Count, alerts);
    }

    [Fact]
    public async Task Trading_LimitOrders_AreExecutedByTheFirstTickThatCan()
    {
        await RunAsync("stream", "apply", Sample("trading", "orders.json"));
        await RunAsync("send", "events", "--generate", "orders", "--count", "20000", "--seed", "3", "--start", Start, "-q");
        var generated = new TradeGenerator(3, DateTimeOffset.Parse(Start, CultureInfo.InvariantCulture), TradeGenerator.UsualRate).Orders().Take(20_000);
        var expected = Executions([.. generated.Select(e => JsonSerializer.Deserialize<JsonElement>(e.Body.Span))]);

        await ExpectAsync("executions", $"select * from (values {string.Join(", ", expected)}) t", "select order_id::bigint, price from read_parquet('{0}') where status = 'executed'");
        var report = await RunAsync("run", Sample("trading", "executions.json"), "-o", "csv", "-q");
        Assert.Equal(expected.Count, report.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Sum(line => int.Parse(line.Split(',')[2], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task FlightsLive_DelaysByAirportAndHour_AreThoseOfTheFlights()
    {
        const string Arrived = "select origin, destination, delay, distance, date + to_minutes(delay) as arrived from {0} order by arrived";
        var flights = Path.Combine(Repository.Root, "samples", "data", "flights", "month=2001-01");
        await RunAsync("stream", "apply", Sample("flights-live", "arrivals.json"));
        await RunAsync("send", "flights", flights, "--key", "destination", "--count", "15000", "--query", string.Format(CultureInfo.InvariantCulture, Arrived, "input"), "-q");
        _duck.Run($"create table flights as select * from ({string.Format(CultureInfo.InvariantCulture, Arrived, $"'{flights}/*.parquet'")}) limit 15000");
        _duck.Run($"create table airports as from '{Path.Combine(Repository.Root, "samples", "data", "airports")}/*.parquet'");

        // The last hour is still open, and each partition has a last hour of its own.
        await ExpectAsync("arrivals", """
            select f.destination, a.city, time_bucket(interval '1 hour', f.arrived) + interval '1 hour' as e, count(*) as flights, round(avg(f.delay), 1) as mean_delay, max(f.delay) as worst_delay
            from flights f join airports a on a.iata = f.destination where f.arrived < (select max(arrived) - interval '3 hours' from flights) group by all
            """, "select destination, city, window_end, flights, mean_delay, worst_delay from read_parquet('{0}') where window_end <= (select date_trunc('hour', max(arrived) - interval '3 hours') from flights)",
            "e <= (select date_trunc('hour', max(arrived) - interval '3 hours') from flights)");
    }

    private static string Sample(string folder, string file) => Path.Combine(Repository.Root, "samples", folder, file);

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
        var file = _folder["ticks.jsonl"];
        await File.WriteAllLinesAsync(file, events.Select(e => System.Text.Encoding.UTF8.GetString(e.Body.Span)));
        return $"(select id, symbol, price, size, time::timestamp as time from read_json('{file}', columns = {{id: 'BIGINT', symbol: 'VARCHAR', price: 'DOUBLE', size: 'BIGINT', time: 'VARCHAR'}}))";
    }

    // Waits until the dataset holds the rows, and tells how they differ if it never does.
    private async Task ExpectAsync(string dataset, string oracle, string actual, string? filter = null)
    {
        var files = $"{_folder[".pipeline", "store", "datasets", dataset]}/**/*.parquet";
        var wanted = Sorted(filter is null ? oracle : $"select * from ({oracle}) where {filter}");
        List<string> rows = [];
        try
        {
            await RunningApp.UntilAsync(() => Task.FromResult(rows = Read()), found => found.SequenceEqual(wanted));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{dataset}: {rows.Count} rows, not {wanted.Count}: missing {string.Join("; ", wanted.Except(rows).Take(5))}; too many {string.Join("; ", rows.Except(wanted).Take(5))}\n{(await RunAsync("stream", "list")).Out}");
        }

        List<string> Read()
        {
            try
            {
                return Sorted(string.Format(CultureInfo.InvariantCulture, actual, files));
            }
            catch (DuckDB.NET.Data.DuckDBException)
            {
                return []; // There are no files yet.
            }
        }
    }

    private List<string> Sorted(string sql) => [.. _duck.Rows(sql).Select(row => string.Join('|', row.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)))).Order(StringComparer.Ordinal)];

    private async Task<PipelineCommand.Outcome> RunAsync(params string[] args) => (await PipelineCommand.RunAsync(_folder.Path, args)).Expect(0);
}
