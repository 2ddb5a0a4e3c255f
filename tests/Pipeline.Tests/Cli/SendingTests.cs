using System.Text;
using System.Text.Json;
using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Cli.Sending;
using Pipeline.Tests.Storage;
using Pipeline.Tests.Streams.Sinks;

namespace Pipeline.Tests.Cli;

/// <summary>Where the events of <c>send</c> come from, and when they go.</summary>
public sealed class SendingTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trades_TheSameSeed_AreTheSameToTheByte()
    {
        var first = new TradeGenerator(7, s_start, 1_000).Trades().Take(5_000).Select(Text).ToList();

        Assert.Equal(first, new TradeGenerator(7, s_start, 1_000).Trades().Take(5_000).Select(Text));
        Assert.NotEqual(first, new TradeGenerator(8, s_start, 1_000).Trades().Take(5_000).Select(Text));
    }

    [Fact]
    public void Trades_AMarket_Has500SymbolsWhosePricesWander()
    {
        var ticks = new TradeGenerator(7, s_start, 1_000).Trades().Take(50_000).Select(e => JsonDocument.Parse(e.Body).RootElement).ToList();
        var bySymbol = ticks.GroupBy(t => t.GetProperty("symbol").GetString()!).ToDictionary(g => g.Key, g => g.Select(t => t.GetProperty("price").GetDouble()).ToList());

        Assert.Equal(TradeGenerator.Symbols, bySymbol.Count);
        Assert.True(bySymbol.Values.Max(p => p.Count) > 20 * bySymbol.Values.Min(p => p.Count));
        Assert.All(bySymbol.Values, prices => Assert.All(prices.Zip(prices.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 0.8, 1.25)));
        Assert.All(ticks, t => Assert.True(t.GetProperty("size").GetInt32() is > 0 and var size && size % 100 == 0));
        Assert.Equal("2026-01-31T09:30:49.999000Z", ticks[^1].GetProperty("time").GetString());
    }

    [Fact]
    public void Orders_AmongTicks_AreOneInTwentyNearThePrice()
    {
        var events = new TradeGenerator(7, s_start, 1_000).Orders().Take(20_000).Select(e => JsonDocument.Parse(e.Body).RootElement).ToList();
        var orders = events.Where(e => e.GetProperty("kind").GetString() == "order").ToList();

        Assert.InRange(orders.Count, 800, 1_200);
        Assert.Equal(["buy", "sell"], orders.Select(o => o.GetProperty("side").GetString()).Distinct().Order());
        Assert.All(events.Except(orders), e => Assert.Equal("tick", e.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Lines_OfJson_AreSentAsTheyAreWithKeyAndTime()
    {
        var events = await LinesAsync("{\"a\": 1, \"user\": {\"id\": 5}, \"at\": \"2026-01-31T10:00:00Z\"}\n\n{\"at\":1769853600000}\n", csv: false, new EventFields("user.id", "at"));

        Assert.Equal(["{\"a\": 1, \"user\": {\"id\": 5}, \"at\": \"2026-01-31T10:00:00Z\"}", "{\"at\":1769853600000}"], events.Select(Text));
        Assert.Equal(["5", null], events.Select(e => e.Key));
        Assert.All(events, e => Assert.Equal(s_start.AddMinutes(30), e.Time));
    }

    [Fact]
    public async Task Lines_OfCsv_AreRecordsBelowAHeader()
    {
        var events = await LinesAsync("id,name,at\n1,\"a, \"\"b\"\"\",2026-01-31\n2,\"two\nlines\",2026-02-01\n", csv: true, new EventFields("name", "at"));

        Assert.Equal(["1,\"a, \"\"b\"\"\",2026-01-31", "2,\"two\nlines\",2026-02-01"], events.Select(Text));
        Assert.Equal(["a, \"b\"", "two\nlines"], events.Select(e => e.Key));
        Assert.Equal([31, 1], events.Select(e => e.Time!.Value.Day));
    }

    [Theory]
    [InlineData("{\"a\":", false, "Event 1 of f is not JSON")]
    [InlineData("{\"a\":1}", false, "Event 1 of f has no 'at'")]
    [InlineData("{\"at\":\"yesterday\"}", false, "Event 1 of f has 'yesterday' as its 'at', which is no time")]
    [InlineData("x,b\n1,2", true, "f has no column 'at' in its header. Known: b, x.")]
    public async Task Lines_ThatLackWhatIsAskedFor_AreNamed(string text, bool csv, string message)
    {
        var e = await Assert.ThrowsAsync<CliException>(() => LinesAsync(text, csv, new EventFields(null, "at")));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.InvalidInput, e.Fault.ExitCode);
    }

    [Fact]
    public async Task Query_OverParquet_GivesAnObjectARow()
    {
        var file = _folder["flights.parquet"];
        using (var duck = new DuckDb()) duck.Write("SELECT 'JFK' AS origin, i AS delay, TIMESTAMP '2026-01-31 10:00:00' AS date FROM range(3) t(i)", file);

        var events = await EventQuery.ReadAsync([file], "flights.parquet", "SELECT origin, delay, date + to_minutes(delay) AS arrived FROM input WHERE delay > 0 ORDER BY delay DESC", new EventFields("origin", "arrived"), default).ToListAsync();

        Assert.Equal(["{\"origin\":\"JFK\",\"delay\":2,\"arrived\":\"2026-01-31 10:02:00\"}", "{\"origin\":\"JFK\",\"delay\":1,\"arrived\":\"2026-01-31 10:01:00\"}"], events.Select(Text));
        Assert.Equal(("JFK", s_start.AddMinutes(32)), (events[0].Key, events[0].Time));
    }

    [Fact]
    public async Task Query_ThatIsWrong_SaysWhy()
    {
        var file = _folder["a.csv"];
        await File.WriteAllTextAsync(file, "x\n1\n");

        var e = await Assert.ThrowsAsync<CliException>(async () => await EventQuery.ReadAsync([file], "a.csv", "SELECT y FROM input", new EventFields(null, null), default).ToListAsync());

        Assert.Contains("a.csv cannot be read: Binder Error", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pacer_AtARate_NeitherRunsAheadNorFallsBehind()
    {
        var time = new HurriedTime();
        var sent = 0;
        var began = time.GetTimestamp();
        await foreach (var batch in new Pacer(time, 1_000, null).BatchesAsync(Numbered(500), default))
        {
            sent += batch.Count;
            Assert.InRange(sent, time.GetElapsedTime(began).TotalSeconds * 1_000 - 2, time.GetElapsedTime(began).TotalSeconds * 1_000 + 12);
        }

        Assert.Equal(500, sent);
        Assert.InRange(time.GetElapsedTime(began).TotalSeconds, 0.48, 0.5);
    }

    [Fact]
    public async Task Pacer_AReplay_KeepsTheDistancesOfTheEvents()
    {
        var time = new HurriedTime();
        var at = new List<TimeSpan>();
        var began = time.GetTimestamp();
        var events = new[] { 0, 0, 60, 30, 120 }.Select(s => new EventToSend(default, null, s_start.AddSeconds(s))).ToAsyncEnumerable();
        await foreach (var batch in new Pacer(time, null, 60).BatchesAsync(events, default))
            at.AddRange(batch.Select(_ => time.GetElapsedTime(began)));

        Assert.Equal([0, 0, 1, 1, 2], at.Select(t => t.TotalSeconds));
    }

    [Fact]
    public async Task Pacer_WithoutBounds_GivesFullBatches()
    {
        var batches = await new Pacer(TimeProvider.System, null, null).BatchesAsync(Numbered(5_000), default).ToListAsync();

        Assert.Equal([2_000, 2_000, 1_000], batches.Select(b => b.Count));
    }

    [Theory]
    [InlineData("send trades", "There is nothing to send")]
    [InlineData("send trades file.json --generate trades", "exclude each other")]
    [InlineData("send trades --generate trade", "Did you mean 'trades'?")]
    [InlineData("send trades --generate trades --speed 2", "--query, --speed and --time are for files")]
    [InlineData("send trades file.json --speed 2", "name its field with --time")]
    [InlineData("send trades file.json --key symbol", "--partition-key FIELD")]
    [InlineData("send trades --generate trades --rate 0", "--rate is a number above 0; this is '0'")]
    [InlineData("send trades --generate trades --start noon", "this is 'noon'")]
    public async Task Send_AWrongCommandLine_Exits2(string line, string message)
    {
        var run = await CliRun.OfAsync(line.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_AFileThatIsNotThere_Exits5() =>
        Assert.Equal(5, (await CliRun.OfAsync("send", "trades", "nowhere.json")).ExitCode);

    [Fact]
    public async Task Send_ToAnAppElsewhere_WantsItsConnection()
    {
        var run = await CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, "send", "trades", "--generate", "trades", "--count", "1", "--url", "https://app.example.net");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--connection", run.Error, StringComparison.Ordinal);
    }

    private static string Text(EventToSend one) => Encoding.UTF8.GetString(one.Body.Span);

    private static async Task<List<EventToSend>> LinesAsync(string text, bool csv, EventFields fields) =>
        await EventLines.ReadAsync(CliRun.Text(text), "f", csv, fields, default).ToListAsync();

    private static IAsyncEnumerable<EventToSend> Numbered(int count) => Enumerable.Range(0, count).Select(i => new EventToSend(new byte[] { (byte)i }, null)).ToAsyncEnumerable();
}
