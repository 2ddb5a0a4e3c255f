using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Streams.Runtime;

/// <summary>What a test of streams needs: a store, hubs, a sink, a clock, trades, and the answer that a batch query gives over them.</summary>
internal sealed class StreamBed : IDisposable
{
    public const string Columns = """ "columns": { "id": "BIGINT", "symbol": "VARCHAR", "price": "DECIMAL(10,2)", "time": "TIMESTAMP" }, "eventTime": "time" """;

    /// <summary>Trades of each symbol by the minute, and the batch query for the same.</summary>
    public const string Bars = "select symbol, window_start, count(*) as n from trades group by symbol, tumble(time, interval '1 minute')";
    public const string BatchBars = "select symbol, time_bucket(interval '1 minute', time) as w, count(*) as n from trades where symbol <> 'flush' group by all";

    /// <summary>Each symbol's trades come through one partition.</summary>
    public const string Local = """ "partitionKey": ["symbol"] """;

    private static readonly DateTimeOffset s_start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _rows = [];

    public StreamBed(int partitions = 1)
    {
        Time = new FakeTimeProvider(s_start);
        Store = new FaultyStore(new DirectoryObjectStore(_folder.Path, Time));
        Hubs = new FakeHubs(Time, partitions);
    }

    public FakeTimeProvider Time { get; }

    public FaultyStore Store { get; }

    public FakeHubs Hubs { get; }

    public RecordingSinkKind Sink { get; } = new();

    public FakeScorers Models { get; } = new();

    public StreamHost Host() => new(Store, Hubs, Sink, Models, Time);

    public static string Spec(string query, string more = "") =>
        $$"""{ "hub": "trades", {{Columns}}, "from": "earliest", "query": {{JsonSerializer.Serialize(query)}}, "sinks": [ { "record": "all" } ] {{(more.Length > 0 ? "," + more : "")}} }""";

    /// <summary>Appends a trade to the log, and to the rows that the batch query sees.</summary>
    public void Trade(int partition, long id, string symbol, decimal price, double second)
    {
        var time = s_start.AddSeconds(second).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        Hubs.Append("trades", partition, string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{id}},"symbol":"{{symbol}}","price":{{price}},"time":"{{time}}Z"}"""));
        _rows.Add(string.Create(CultureInfo.InvariantCulture, $"({id}, '{symbol}', {price}::DECIMAL(10,2), TIMESTAMP '{time}', {partition})"));
    }

    /// <summary>Random trades, a little out of order, of a few symbols; each symbol in one partition.</summary>
    public void Trades(Random random, int count, double seconds = 600)
    {
        for (var i = 0; i < count; i++)
        {
            var symbol = random.Next(7);
            Trade(symbol % Hubs.Partitions, i, $"S{symbol}", random.Next(1, 10_000) / 100m, Math.Max(0, seconds * i / count - random.NextDouble() * 4));
        }
    }

    /// <summary>Trades that close all windows before them.</summary>
    public void Flush(double second = 50_000)
    {
        for (var partition = 0; partition < Hubs.Partitions; partition++)
            Trade(partition, -1, "flush", 1, second);
    }

    /// <summary>What a batch query gives over the table <c>trades</c> (with its <c>partition</c>), as the sink shows rows.</summary>
    public IReadOnlyList<string> Batch(string query)
    {
        using var duck = new DuckDb();
        duck.Run($"CREATE TABLE trades AS SELECT * FROM (VALUES {string.Join(", ", _rows)}) t(id, symbol, price, \"time\", \"partition\")");
        var columns = duck.Rows($"DESCRIBE {query}").Count;
        var names = string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i}"));
        return [.. duck.Rows($"SELECT CAST(json_array({names}) AS VARCHAR) FROM ({query}) r({names})").Select(r => (string)r[0]!).Order(StringComparer.Ordinal)];
    }

    public async Task<List<string>> ListAsync(string container) => await Store.ListAsync(container, "", default).Select(f => f.Path).ToListAsync();

    public async Task<string> ReadAsync(string container, string path) => Encoding.UTF8.GetString(await Store.ReadAllAsync(container, path, default));

    public void Dispose() => _folder.Dispose();
}
