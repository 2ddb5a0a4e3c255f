using System.Globalization;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Pipeline.Jobs;
using Pipeline.Sql;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>Limit orders against ticks, held to a search through all ticks for each order.</summary>
public sealed class OrderSinkTests : IDisposable
{
    private static readonly IReadOnlyList<ColumnSchema> s_columns =
        [new("id", "BIGINT"), new("symbol", "VARCHAR"), new("side", "VARCHAR"), new("price", "DOUBLE"), new("size", "BIGINT"), new("time", "TIMESTAMP")];

    private readonly TemporaryFolder _folder = new();
    private readonly DuckDb _duck = new();
    private readonly OpenFence _fence = new();
    private FaultyStore _store;

    public OrderSinkTests() => _store = NewStore();

    public void Dispose()
    {
        _duck.Dispose();
        _folder.Dispose();
    }

    /// <summary>A tick, or an order where there is a side.</summary>
    private sealed record Row(int Id, string Symbol, string? Side, double Price, int Second);

    [Fact]
    public async Task Publish_AnOrder_IsExecutedByTheFirstTickAtItsLimitOrBetter()
    {
        Row[] rows =
        [
            new(1, "A", null, 10, 0), new(2, "A", "buy", 9.5, 1), new(3, "A", null, 9.6, 2), new(4, "B", null, 1, 3), new(5, "A", null, 9.25, 4), new(6, "A", null, 9, 5),
            new(7, "A", "sell", 9, 6), new(8, "A", null, 9.1, 7),
        ];
        await PublishAsync(Sink(), 1, rows);

        Assert.Equal(["2 buy 9.5 executed at 9.25 after 3000 ms", "7 sell 9 executed at 9.1 after 1000 ms"], Executions());
    }

    [Fact]
    public async Task Publish_OrdersOfOneTick_ComeBestLimitFirstThenFirstCome()
    {
        Row[] rows = [new(1, "A", "buy", 9, 0), new(2, "A", "buy", 10, 0), new(3, "A", "buy", 9, 0), new(4, "A", "sell", 8, 0), new(5, "A", null, 8.5, 1)];
        await PublishAsync(Sink(), 1, rows);

        Assert.Equal(["2", "1", "3", "4"], Executions(sorted: false).Select(e => e.Split(' ')[0]));
    }

    [Fact]
    public async Task Publish_AnOrderWhoseTimeIsOver_IsSaidToHaveExpired()
    {
        Row[] rows = [new(1, "A", "buy", 9, 0), new(2, "A", "buy", 8, 30), new(3, "A", null, 8.5, 61), new(4, "A", null, 8, 62)];
        await PublishAsync(Sink("""{ "dataset": "executions", "expire": "1m" }"""), 1, rows);

        Assert.Equal(["1 buy 9 expired after 60000 ms", "2 buy 8 executed at 8 after 32000 ms"], Executions());
    }

    [Fact]
    public async Task Publish_RowsThatAreNeither_ArePassedOver()
    {
        Row[] rows = [new(1, "A", "hold", 9, 0), new(2, "A", "buy", 9, 0), new(3, "A", null, double.NaN, 1), new(4, "A", null, double.PositiveInfinity, 1), new(5, "A", null, 9, 2)];
        await PublishAsync(Sink(), 1, rows);

        Assert.Equal(["2 buy 9 executed at 9 after 2000 ms"], Executions());
    }

    [Fact]
    public void Publish_AnyMarketCutAnywhere_ExecutesWhatASearchThroughAllTicksFinds() =>
        Gen.Select(Rows(), Gen.Int[10, 60], Gen.Bool, Gen.Int[0, 1_000_000]).Sample((rows, cut, expires, seed) =>
        {
            _store = NewStore();
            PublishAllAsync(rows, cut, expires, new Random(seed)).GetAwaiter().GetResult();
            return Expected(rows, expires ? 20 : null).SequenceEqual(Executions());
        }, iter: 8, threads: 1);

    [Fact]
    public async Task Publish_KilledAtEveryStep_ExecutesEveryOrderOnce()
    {
        var rows = Market(new Random(7), 60);
        for (var step = 1; ; step++)
        {
            _store = NewStore();
            _store.KillAt(step);
            var killed = false;
            var sink = Sink();
            foreach (var (commit, part) in rows.Chunk(20).Index())
            {
                try
                {
                    await PublishAsync(sink, commit + 1, part);
                }
                catch (FaultyStore.KilledException)
                {
                    killed = true;
                    sink = Sink();
                    await PublishAsync(sink, commit + 1, part);
                }
            }

            Assert.Equal(Expected(rows, null), Executions());
            if (!killed)
            {
                Assert.True(step > 4, $"There were only {step} steps.");
                return;
            }
        }
    }

    [Fact]
    public async Task Publish_TwoHostsThatBothThinkTheyOwnIt_OneIsFencedAndNothingIsExecutedTwice()
    {
        var rows = Market(new Random(8), 120);
        var (old, next) = (Sink(), Sink());
        await PublishAsync(old, 1, rows[..40]);
        await PublishAsync(next, 1, rows[..40]);
        await PublishAsync(next, 2, rows[40..80]);

        // The old one has its book in memory, and no idea.
        await Assert.ThrowsAsync<StreamFencedException>(() => PublishAsync(old, 2, rows[40..80]));
        await PublishAsync(next, 3, rows[80..]);

        Assert.Equal(Expected(rows, null), Executions());
    }

    [Fact]
    public async Task Reset_AReplay_BeginsWithAnEmptyBookAndTellsAllAnew()
    {
        var rows = Market(new Random(9), 120);
        await PublishAsync(Sink(), 1, rows);
        var sink = Sink();
        await sink.ResetAsync(new StreamOrigin("orders", 2, StreamStage.Input, 0, 0), null, _fence, default);
        Assert.Empty(Executions());
        await PublishAsync(sink, 1, rows, generation: 2);

        Assert.Equal(Expected(rows, null), Executions());
    }

    [Fact]
    public async Task Publish_AStreamThatWasDeletedAndMadeAgain_BeginsWithItsFirstCommit()
    {
        var rows = Market(new Random(10), 60);
        await PublishAsync(Sink(), 9, rows);
        Directory.Delete(_folder["store", "datasets"], recursive: true);

        await new SinkStates(_store).RemoveAsync("orders", default);
        await PublishAsync(Sink(), 1, rows);

        Assert.Equal(Expected(rows, null), Executions());
    }

    [Fact]
    public async Task Publish_AGreatBook_IsReadBackFromItsSnapshot()
    {
        var far = Enumerable.Range(0, 2_000).Select(i => new Row(i, "A", "buy", 1 + i / 1_000.0, i)).ToArray();
        for (var commit = 0; commit < 4; commit++) await PublishAsync(Sink(), commit + 1, far[(commit * 500)..(commit * 500 + 500)]);
        await PublishAsync(Sink(), 5, [new Row(9_000, "A", null, 1.9985, 3_000)]);

        Assert.Equal(["1999 buy 2.999 executed at 1.9985 after 1001000 ms"], Executions()[^1..]);
        Assert.Equal(1_001, Executions().Count);
        Assert.Single(Directory.GetFiles(_folder["store", BookStore.Container], "0*.json", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("""{ "orders": { "dataset": "executions" } }""", true, "/orders", "must have no windows")]
    [InlineData("""{ "orders": { } }""", false, "/orders", "'dataset', 'hub' or both")]
    [InlineData("""{ "orders": { "dataset": "executions", "expire": "soon" } }""", false, "/orders/expire", "a duration")]
    [InlineData("""{ "orders": { "dataset": "executions", "expires": "1h" } }""", false, "/orders/expires", "Did you mean 'expire'?")]
    public void Read_WhatMakesNoSense_IsRefusedWithItsPlace(string json, bool windowed, string pointer, string detail)
    {
        var fault = Assert.Single(Read(json, windowed, s_columns).Faults);

        Assert.Equal(pointer, fault.Pointer);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AResultWithoutItsColumns_NamesThem() =>
        Assert.Contains("lacks side, size", Assert.Single(Read("""{ "orders": { "dataset": "executions" } }""", false, [.. s_columns.Where(c => c.Name is not ("side" or "size"))]).Faults).Detail, StringComparison.Ordinal);

    private static Gen<Row[]> Rows() => Gen.Int[0, 1_000_000].Select(Gen.Int[10, 150], (seed, count) => Market(new Random(seed), count));

    private static Row[] Market(Random random, int count)
    {
        var price = 100.0;
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            price = Math.Round(price + random.NextDouble() - 0.5, 1);
            var symbol = random.Next(3) == 0 ? "B" : "A";
            var side = random.Next(3) > 0 ? null : random.Next(2) == 0 ? "buy" : "sell";
            return new Row(i, symbol, side, side is null ? price : Math.Round(price + random.NextDouble() * 2 - 1, 1), i);
        })];
    }

    private static List<string> Expected(Row[] rows, int? expires) =>
    [
        .. rows.Where(r => r.Side is not null).Select(order =>
        {
            foreach (var tick in rows.Skip(order.Id + 1).Where(r => r.Side is null && r.Symbol == order.Symbol))
            {
                if (tick.Second - order.Second > expires) return Shown(order, null, expires.Value);
                if (order.Side == "buy" ? tick.Price <= order.Price : tick.Price >= order.Price) return Shown(order, tick.Price, tick.Second - order.Second);
            }

            return null;
        }).OfType<string>(),
    ];

    private static string Shown(Row order, double? price, int seconds) => string.Create(CultureInfo.InvariantCulture,
        $"{order.Id} {order.Side} {order.Price} {(price is null ? "expired" : $"executed at {price.Value.ToString(CultureInfo.InvariantCulture)}")} after {seconds * 1000} ms");

    // Every commit comes once or twice, some after a restart of the host.
    private async Task PublishAllAsync(Row[] rows, int cut, bool expires, Random random)
    {
        var json = expires ? """{ "dataset": "executions", "expire": "20s" }""" : """{ "dataset": "executions" }""";
        var sink = Sink(json);
        foreach (var (commit, part) in rows.Chunk(cut).Index())
        {
            await PublishAsync(sink, commit + 1, part);
            if (random.Next(3) == 0) sink = Sink(json);
            if (random.Next(3) == 0) await PublishAsync(sink, commit + 1, part);
        }
    }

    private async Task PublishAsync(IStreamSink sink, long commit, Row[] rows, int generation = 1)
    {
        var file = _folder[$"{Guid.NewGuid():n}.parquet"];
        var values = string.Join(", ", rows.Select(r => string.Create(CultureInfo.InvariantCulture,
            $"({r.Id}, '{r.Symbol}', {(r.Side is null ? "NULL" : $"'{r.Side}'")}, '{r.Price}'::DOUBLE, 100, TIMESTAMP '2026-01-31' + to_seconds({r.Second}))")));
        _duck.Write($"SELECT id::BIGINT AS id, symbol, side::VARCHAR AS side, price, size::BIGINT AS size, time FROM (VALUES {values}) t(id, symbol, side, price, size, time)", file);
        var output = new StreamOutput(new StreamOrigin("orders", generation, StreamStage.Input, 0, commit), s_columns, null, rows.Length, file) { EventTime = 1 };
        await sink.PublishAsync(output, _fence, default);
        File.Delete(file);
    }

    private List<string> Executions(bool sorted = true)
    {
        var folder = _folder["store", "datasets", "executions"];
        if (!Directory.Exists(folder)) return [];
        var rows = Directory.GetFiles(folder, "*.parquet").Order(StringComparer.Ordinal).SelectMany(f => _duck.Rows(
            $"SELECT order_id, side, limit_price, status, price, latency_ms FROM '{f}'")).Select(r => string.Create(CultureInfo.InvariantCulture,
            $"{r[0]} {r[1]} {r[2]} {r[3]}{(r[4] is null ? "" : $" at {((double)r[4]!).ToString(CultureInfo.InvariantCulture)}")} after {r[5]} ms"));
        return sorted ? [.. rows.OrderBy(r => int.Parse(r.Split(' ')[0], CultureInfo.InvariantCulture))] : [.. rows];
    }

    private FaultyStore NewStore()
    {
        if (Directory.Exists(_folder["store"])) Directory.Delete(_folder["store"], recursive: true);
        return new FaultyStore(new DirectoryObjectStore(_folder["store"]));
    }

    private IStreamSink Sink(string orders = """{ "dataset": "executions" }""")
    {
        var (sink, faults) = Read($$"""{ "orders": {{orders}} }""", false, s_columns);
        Assert.Empty(faults);
        return sink!;
    }

    private (IStreamSink? Sink, IReadOnlyList<SpecFault> Faults) Read(string json, bool windowed, IReadOnlyList<ColumnSchema> columns)
    {
        var footers = new FooterReader(_store);
        var datasets = new DatasetSinkKind(_store, new DatasetCompactor(_store, new DatasetListing(_store), footers, new ParquetFetcher(_store, footers), TimeProvider.System), TimeProvider.System);
        var hubs = new HubSinkKind(new HubSenders(Mock.Of<IEventHubSender>(), new ConfigurationBuilder().Build(), TimeProvider.System, NullLoggerFactory.Instance));
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JsonDocument.Parse(json).RootElement, faults);
        var sink = new OrderSinkKind(new BookStore(_store), datasets, hubs).Read(reader, new StreamSinkContext("orders", "trades", 0, windowed, columns));
        reader.End();
        return (sink, faults);
    }
}
