using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>How long after the end of a window its result is with the sink, at a steady rate of events from another process.</summary>
internal static class WindowLatency
{
    public const string Name = "streams-latency";
    public const string P50 = "p50_ms";
    public const string P99 = "p99_ms";
    public const string Windows = "windows";
    public const string CpuShare = "cpu_cores";

    /// <summary>Sends trades from a process of its own; the arguments are the seconds, the connection and the events a second.</summary>
    public const string Send = "streams-latency-send";

    private const int PerSecond = 20_000;
    private const int Symbols = 500;
    private const int WarmUpSeconds = 4;

    private const string Spec = """
        { "hub": "trades", "columns": { "symbol": "VARCHAR", "price": "DOUBLE", "size": "BIGINT", "time": "TIMESTAMP" }, "eventTime": "time", "partitionKey": ["symbol"],
          "query": "select symbol, window_start, sum(price * size) / sum(size) as vwap, count(*) as n from trades group by symbol, tumble(time, interval '250 milliseconds')",
          "sinks": [ { "probe": "latency" } ] }
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [Name] = HostAsync,
        [Send] = SendAsync,
    };

    private static async Task<IReadOnlyDictionary<string, double>> HostAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var root = new TemporaryFolder();
        var probe = new ProbeSinkKind();
        await using var host = await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions
            {
                Root = root.Path,
                Url = new Uri("http://127.0.0.1:0"),
                LogLevel = LogLevel.Warning,
                Configure = (builder, configuration) =>
                {
                    PipelineApp.Configure(builder, configuration);
                    builder.Services.AddSingleton<IStreamSinkKind>(probe);
                },
            },
            cancellationToken);
        using var http = new HttpClient { BaseAddress = host.BaseAddress, DefaultRequestHeaders = { { "x-functions-key", host.FunctionKey } } };
        using var put = await http.PutAsync(new Uri("api/streams/latency", UriKind.Relative), new StringContent(Spec, Encoding.UTF8, "application/json"), cancellationToken);
        if (!put.IsSuccessStatusCode)
            throw new BenchmarkException(await put.Content.ReadAsStringAsync(cancellationToken));
        var began = Stopwatch.GetTimestamp();
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        var seconds = int.Parse(arguments[0], CultureInfo.InvariantCulture) + WarmUpSeconds;
        await ChildProcess.MeasureAsync(Send, [Figures.Whole(seconds), host.EventHubsConnectionString!, Figures.Whole(PerSecond)], cancellationToken);
        var cores = (Process.GetCurrentProcess().TotalProcessorTime - processor) / Stopwatch.GetElapsedTime(began);
        var delays = probe.Delays(WarmUpSeconds);
        return new Dictionary<string, double>
        {
            [P50] = delays[delays.Count / 2],
            [P99] = delays[(int)(delays.Count * 0.99)],
            [Windows] = delays.Count,
            [CpuShare] = cores,
        };
    }

    private static async Task<IReadOnlyDictionary<string, double>> SendAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (seconds, perSecond) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture));
        await using var sender = new EventHubSender(
            () => EventHubConnectionSettings.Parse(arguments[1], EventHubServices.ConnectionName), TimeProvider.System, NullLogger<EventHubSender>.Instance);
        var random = new Random(7);
        var began = Stopwatch.GetTimestamp();
        for (var sent = 0L; sent < (long)seconds * perSecond;)
        {
            var due = (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * perSecond);
            if (due <= sent)
            {
                await Task.Delay(1, cancellationToken);
                continue;
            }

            var now = DateTime.UtcNow;
            var events = new OutgoingEvent[due - sent];
            for (var i = 0; i < events.Length; i++)
            {
                var symbol = $"S{random.Next(Symbols)}";
                events[i] = new OutgoingEvent(
                    Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"symbol":"{{symbol}}","price":{{random.Next(1, 10_000) / 100.0}},"size":{{random.Next(1, 900)}},"time":"{{now:yyyy-MM-ddTHH:mm:ss.ffffff}}Z"}""")), symbol);
            }

            await sender.SendAsync("trades", events, cancellationToken);
            sent += events.Length;
        }

        return new Dictionary<string, double>();
    }
}
