using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Benchmarks.Streams;

/// <summary>What a host works for a stream whose results go to a dataset by days and to an alert, at a modest rate of events: it commits often, and each
/// commit gives the sinks little. The arguments are the seconds and the events a second.</summary>
internal static class SinkCost
{
    public const string Name = "streams-sinks";
    public const string Cores = "cores";

    private const int WarmUpSeconds = 6;

    private const string Spec = """
        { "hub": "trades", "columns": { "symbol": "VARCHAR", "price": "DOUBLE", "size": "BIGINT", "time": "TIMESTAMP" }, "eventTime": "time", "partitionKey": ["symbol"],
          "query": "select symbol, window_start, window_end, sum(price * size) / sum(size) as vwap, count(*) as n from trades group by symbol, tumble(time, interval '1 second')",
          "sinks": [ { "dataset": "vwap", "partitionBy": "day" }, { "alert": { "name": "dear", "when": "vwap > 99" } } ] }
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Name] = MeasureAsync };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var seconds = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        using var root = new TemporaryFolder();
        await using var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions { Root = root.Path, Url = new Uri("http://127.0.0.1:0"), LogLevel = LogLevel.Warning }, cancellationToken);
        using var http = new HttpClient { BaseAddress = host.BaseAddress, DefaultRequestHeaders = { { "x-functions-key", host.FunctionKey } } };
        using var put = await http.PutAsync(new Uri("api/streams/vwap", UriKind.Relative), new StringContent(Spec, Encoding.UTF8, "application/json"), cancellationToken);
        if (!put.IsSuccessStatusCode)
            throw new BenchmarkException(await put.Content.ReadAsStringAsync(cancellationToken));
        var sending = ChildProcess.MeasureAsync(WindowLatency.Send, [Figures.Whole(seconds + WarmUpSeconds), host.EventHubsConnectionString!, arguments[1]], cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(WarmUpSeconds), cancellationToken);
        using var process = Process.GetCurrentProcess();
        var (began, worked) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        await sending;
        process.Refresh();
        var cores = (process.TotalProcessorTime - worked) / Stopwatch.GetElapsedTime(began);
        var files = Directory.GetFiles(root.Path, "*.parquet", SearchOption.AllDirectories).Count(f => f.Contains("vwap", StringComparison.Ordinal));
        return files == 0
            ? throw new BenchmarkException("The stream gave no results.")
            : new Dictionary<string, double> { [Cores] = cores, ["peak_mb"] = process.PeakWorkingSet64 / (double)(1 << 20), ["files"] = files };
    }
}
