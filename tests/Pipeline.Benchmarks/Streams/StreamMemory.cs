using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Whether memory stays flat over many events: decoding, windows, commits to a directory and a sink, in one process.</summary>
internal static class StreamMemory
{
    public const string Name = "streams-memory";
    public const string PerSecond = "per_s";
    public const string Growth = "growth_mb";
    public const string Peak = "peak_mb";
    public const string CommitMilliseconds = "commit_ms";
    public const string ProcessorMilliseconds = "commit_cpu_ms";

    private const int Symbols = 500;

    private const string Spec = """
        { "hub": "trades", "columns": { "symbol": "VARCHAR", "price": "DOUBLE", "size": "BIGINT", "time": "TIMESTAMP" }, "eventTime": "time", "partitionKey": ["symbol"], "from": "earliest",
          "query": "select symbol, window_start, sum(price * size) / sum(size) as vwap, count(*) as n from trades group by symbol, tumble(time, interval '1 second')",
          "sinks": [ { "probe": "memory" } ] }
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Name] = MeasureAsync };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var count = long.Parse(arguments[0], CultureInfo.InvariantCulture);
        var batch = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        await using var bare = new BareStreams("trades", services => services.AddSingleton<IStreamSinkKind>(new ProbeSinkKind()));
        await bare.PutAsync("memory", Spec, cancellationToken);
        var runtime = bare.Runtime;

        var start = new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero);
        var random = new Random(7);
        var events = new StreamEvent[batch];
        double early = 0, peak = 0;
        var began = Stopwatch.GetTimestamp();
        var processor = TimeSpan.Zero;
        // What grows until the code is compiled and the buffers are as large as batches need says nothing.
        var warm = Math.Max(count / 5, Math.Min(count / 2, 1_000_000));
        var warmAt = 0L;
        for (var at = 0L; at < count; at += batch)
        {
            for (var i = 0; i < batch; i++)
            {
                // Twenty thousand events for each second of event time.
                var time = start.AddTicks((at + i) * TimeSpan.TicksPerSecond / 20_000);
                events[i] = new StreamEvent(Body(random, time), at + i, Micros.Of(time), null);
            }

            await runtime.ProcessAsync("trades", 0, events, cancellationToken);
            var used = Process.GetCurrentProcess().WorkingSet64 / (double)(1 << 20);
            peak = Math.Max(peak, used);
            if (early == 0 && at >= warm)
                (early, warmAt, began, processor) = (peak, at, Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);
        }

        var elapsed = Stopwatch.GetElapsedTime(began);
        var commits = (count - warmAt) / (double)batch;
        return new Dictionary<string, double>
        {
            [PerSecond] = (count - warmAt) / elapsed.TotalSeconds,
            [Growth] = peak - early,
            [Peak] = peak,
            [CommitMilliseconds] = elapsed.TotalMilliseconds / commits,
            [ProcessorMilliseconds] = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMilliseconds / commits,
        };
    }

    private static byte[] Body(Random random, DateTimeOffset time) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"symbol":"S{{random.Next(Symbols)}}","price":{{random.Next(1, 10_000) / 100.0}},"size":{{random.Next(1, 900)}},"time":"{{time:yyyy-MM-ddTHH:mm:ss.ffffff}}Z"}"""));
}
