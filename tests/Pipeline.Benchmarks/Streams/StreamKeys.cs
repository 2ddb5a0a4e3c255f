using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>
/// A key an event, more of them than the state's limit: what the state holds then, what it says, and the memory that it takes. The arguments are the
/// events, the limit and the policy.
/// </summary>
internal static class StreamKeys
{
    public const string Name = "streams-keys";
    public const string Keys = "keys";
    public const string Alarms = "alarms";
    public const string Peak = "peak_mb";
    public const string Dropped = "dropped";
    public const string PerSecond = "per_s";

    private const int EventsAtOnce = 20_000;

    private static readonly DateTimeOffset s_start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Name] = MeasureAsync };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (events, limit) = (long.Parse(arguments[0], CultureInfo.InvariantCulture), long.Parse(arguments[1], CultureInfo.InvariantCulture));
        await using var bare = new BareStreams("trades");
        var spec = $$"""
            { "hub": "trades", "columns": { "id": "BIGINT", "price": "DOUBLE", "time": "TIMESTAMP" }, "eventTime": "time", "partitionKey": ["id"], "from": "earliest",
              "query": "select id, window_start, count(*) as n, sum(price) as total from trades group by id, tumble(time, interval '1 hour')",
              "watermark": { "delay": "2h", "idle": "1d" }, "state": { "maxKeys": {{limit}}, "whenFull": "{{arguments[2]}}" } }
            """;
        await bare.PutAsync("keys", spec, cancellationToken);
        var runtime = bare.Runtime;
        var (began, taken) = (Stopwatch.GetTimestamp(), 0L);
        try
        {
            for (; taken < events; taken += EventsAtOnce)
                await runtime.ProcessAsync("trades", 0, Make(taken, events), cancellationToken);
        }
        catch (Exception e) when (e.Message.Contains("limit is", StringComparison.Ordinal))
        {
            // It is full and waits.
        }

        await runtime.TickAsync(cancellationToken);
        var state = (await bare.Streams.StateAsync("keys", cancellationToken))!;
        using var process = Process.GetCurrentProcess();
        return new Dictionary<string, double>
        {
            [Keys] = state.Keys,
            [Alarms] = state.Alarms.Count,
            [Peak] = process.PeakWorkingSet64 / (double)(1 << 20),
            ["state_mb"] = state.Bytes / (double)(1 << 20),
            [Dropped] = state.Counters.Dropped,
            ["taken"] = taken,
            [PerSecond] = taken / Stopwatch.GetElapsedTime(began).TotalSeconds,
            ["per_cpu_s"] = taken / process.TotalProcessorTime.TotalSeconds,
        };
    }

    // All within two hours of their own time.
    private static StreamEvent[] Make(long first, long events) => [.. Enumerable.Range(0, EventsAtOnce).Select(i =>
    {
        var time = s_start + (TimeSpan.FromHours(2) * ((first + i) / (double)events));
        return new StreamEvent(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{(first + i) * 7919}},"price":{{i % 100}}.5,"time":"{{time:yyyy-MM-ddTHH:mm:ss.ffffff}}Z"}""")), first + i, Micros.Of(time), null);
    })];
}
