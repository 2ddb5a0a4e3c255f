using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Hosting;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>A host with an Event Hub function in one process, who sends to it in another.</summary>
internal static class AmqpMeasurements
{
    public const string Amqp = "streams-amqp";
    public const string Log = "streams-log";
    public const string PerSecond = "per_s";
    public const string PeakMegabytes = "peak_mb";

    private const string Send = "streams-amqp-send";
    private const string Began = "began";
    private const int WarmUp = 500_000;
    private const int EventsAtOnce = 20_000;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [Amqp] = ReceiveAsync,
        [Log] = ReadAsync,
        [Send] = SendAsync,
    };

    /// <summary>Hosts the function and has another process send.</summary>
    private static async Task<IReadOnlyDictionary<string, double>> ReceiveAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var count = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        using var root = new TemporaryFolder();
        var tally = new TradeTally(WarmUp + count);
        await using var host = await StartAsync(root, tally, isListening: true, cancellationToken);
        var sent = await ChildProcess.MeasureAsync(Send, [Figures.Whole(count), host.EventHubsConnectionString!], cancellationToken);
        await tally.Complete.WaitAsync(cancellationToken);
        using var process = Process.GetCurrentProcess();
        return new Dictionary<string, double>
        {
            [PerSecond] = count / (tally.CompletedAt - sent[Began]),
            [PeakMegabytes] = process.PeakWorkingSet64 / (double)(1 << 20),
        };
    }

    /// <summary>Lets events lie in the log, and then a function take them.</summary>
    private static async Task<IReadOnlyDictionary<string, double>> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var count = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        using var root = new TemporaryFolder();
        await using (var silent = await StartAsync(root, new TradeTally(0), isListening: false, cancellationToken))
        {
            await SendAsync(count, silent.EventHubsConnectionString!, cancellationToken);
        }

        var tally = new TradeTally(count);
        await using var host = await StartAsync(root, tally, isListening: true, cancellationToken);
        var began = TradeTally.Now;
        await tally.Complete.WaitAsync(cancellationToken);
        return new Dictionary<string, double> { [PerSecond] = count / (tally.CompletedAt - began) };
    }

    private static async Task<EmbeddedHost> StartAsync(TemporaryFolder root, TradeTally tally, bool isListening, CancellationToken cancellationToken)
    {
        var hostJson = Path.Combine(root.Path, "host.json");
        await File.WriteAllTextAsync(hostJson, """{"version":"2.0","extensions":{"eventHubs":{"maxEventBatchSize":5000}}}""", cancellationToken);
        var options = new EmbeddedHostOptions
        {
            FunctionTypes = [typeof(TradeFunction)],
            Root = root.Path,
            Url = new Uri("http://127.0.0.1:0"),
            HostJson = hostJson,
            Settings = new Dictionary<string, string?>
            {
                [$"Pipeline:EventHubs:Hubs:{TradeFunction.Hub}:Partitions"] = "4",
                [$"AzureWebJobs:{TradeFunction.Name}:Disabled"] = isListening ? "false" : "true",
            },
            Configure = (builder, configuration) =>
            {
                builder.Services.AddSingleton(tally);
                builder.Services.AddPipelineStorage(configuration);
            },
        };
        return await EmbeddedHost.StartAsync(options, cancellationToken);
    }

    /// <summary>Sends: first what warms both processes up, then what is measured.</summary>
    private static async Task<IReadOnlyDictionary<string, double>> SendAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await SendAsync(WarmUp, arguments[1], cancellationToken);
        var began = TradeTally.Now;
        await SendAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), arguments[1], cancellationToken);
        return new Dictionary<string, double> { [Began] = began };
    }

    private static async Task SendAsync(int count, string connectionString, CancellationToken cancellationToken)
    {
        await using var sender = new EventHubSender(
            () => EventHubConnectionSettings.Parse(connectionString, EventHubServices.ConnectionName), TimeProvider.System, NullLogger<EventHubSender>.Instance);
        var events = TradeFunction.Sample(EventsAtOnce);
        for (var at = 0; at < count; at += events.Length) await sender.SendAsync(TradeFunction.Hub, events, cancellationToken);
    }
}
