using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Seeded trades that go to the hub <c>trades</c> over AMQP, and what a batch query makes of them.</summary>
internal sealed class TradeStream
{
    private const int Symbols = 11;

    private static readonly DateTimeOffset s_start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly List<(string Symbol, string Json)> _trades = [];

    private readonly List<string> _rows = [];

    /// <summary>Makes trades over ten minutes of event time, a little out of order.</summary>
    public TradeStream(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
            Add($"S{random.Next(Symbols)}", i, random.Next(1, 10_000) / 100m, 600.0 * i / count - random.NextDouble());
    }

    /// <summary>The trades, as messages with their keys.</summary>
    public IReadOnlyList<OutgoingEvent> Messages => [.. _trades.Select(t => new OutgoingEvent(Encoding.UTF8.GetBytes(t.Json), t.Symbol))];

    /// <summary>A stream of the trades.</summary>
    public static string Spec(string query, string more) => $$"""
        { "hub": "trades", "columns": { "id": "BIGINT", "symbol": "VARCHAR", "price": "DECIMAL(10,2)", "time": "TIMESTAMP" }, "eventTime": "time", "from": "earliest",
          "watermark": { "delay": "2s", "idle": "1s" }, "query": {{JsonSerializer.Serialize(query)}} {{(more.Length > 0 ? ", " + more : "")}} }
        """;

    /// <summary>One event a partition that closes all windows before it.</summary>
    public static IReadOnlyList<OutgoingEvent> Flush(int partitions) =>
    [
        .. Enumerable.Range(0, partitions).Select(p => new OutgoingEvent(
            Encoding.UTF8.GetBytes("""{"id":-1,"symbol":"flush","price":1,"time":"2026-01-31T13:00:00Z"}"""), PartitionId: p.ToString(CultureInfo.InvariantCulture))),
    ];

    /// <summary>Sends over AMQP through the app's own sender.</summary>
    public static Task SendAsync(IServiceProvider services, IReadOnlyList<OutgoingEvent> events) => services.GetRequiredService<IEventHubSender>().SendAsync("trades", events);

    /// <summary>Makes a stream, which must be accepted.</summary>
    public static async Task PutAsync(HttpClient http, string name, string spec)
    {
        using var response = await http.PutAsync(new Uri($"api/streams/{name}", UriKind.Relative), new StringContent(spec, Encoding.UTF8, "application/json"));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>How a stream stands.</summary>
    public static async Task<StreamStateView> StateAsync(HttpClient http, string name) => (await http.GetFromJsonAsync<StreamStateView>($"api/streams/{name}/state", Responses.Json))!;

    /// <summary>The rows of all windows that are kept, sorted.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(HttpClient http, string name)
    {
        var windows = (await http.GetFromJsonAsync<StreamWindowsView>($"api/streams/{name}/windows?top=1000", Responses.Json))!;
        return [.. windows.Windows.SelectMany(w => w.Rows).Select(r => r.GetRawText()).Order(StringComparer.Ordinal)];
    }

    /// <summary>Waits until the windows are the wanted ones, and tells how they differ if they never are.</summary>
    public static async Task ExpectAsync(HttpClient http, string name, IReadOnlyList<string> wanted)
    {
        IReadOnlyList<string> rows = [];
        try
        {
            await RunningApp.UntilAsync(async () => rows = await RowsAsync(http, name), found => found.SequenceEqual(wanted));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{rows.Count} rows, not {wanted.Count}: missing {string.Join(' ', wanted.Except(rows).Take(5))}; too many {string.Join(' ', rows.Except(wanted).Take(5))}\n"
                + JsonSerializer.Serialize(await StateAsync(http, name), Responses.Json));
        }
    }

    /// <summary>Asserts what a batch query gives over a dataset that a stream wrote, its rows sorted.</summary>
    public static async Task ExpectDatasetAsync(HttpClient http, string dataset, string query, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        var id = $"check-{dataset}";
        await http.EnsureSubmittedAsync(id, $$"""{ "kind": "batch", "name": "check", "tables": { "{{dataset}}": "{{dataset}}" }, "query": "{{query}}" }""", cancellationToken);
        var rows = (await http.RowsAsync(id, cancellationToken)).Select(r => $"[{r.Replace(", ", ",", StringComparison.Ordinal)}]").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(wanted, rows);
    }

    /// <summary>What a batch query gives over the table <c>trades</c>, as the API shows rows, sorted.</summary>
    public IReadOnlyList<string> Batch(string query)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""CREATE TABLE trades AS SELECT * FROM (VALUES {string.Join(", ", _rows)}) t(id, symbol, price, "time")""";
        command.ExecuteNonQuery();
        command.CommandText = $"DESCRIBE {query}";
        var columns = 0;
        using (var described = command.ExecuteReader())
        {
            while (described.Read())
                columns++;
        }

        var names = string.Join(", ", Enumerable.Range(0, columns).Select(i => $"c{i}"));
        command.CommandText = $"SELECT CAST(json_array({names}) AS VARCHAR) FROM ({query}) r({names})";
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return [.. rows.Order(StringComparer.Ordinal)];
    }

    private void Add(string symbol, int id, decimal price, double second)
    {
        var time = s_start.AddSeconds(second).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        _trades.Add((symbol, string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{id}},"symbol":"{{symbol}}","price":{{price}},"time":"{{time}}Z"}""")));
        _rows.Add(string.Create(CultureInfo.InvariantCulture, $"({id}, '{symbol}', {price}::DECIMAL(10,2), TIMESTAMP '{time}')"));
    }
}
