using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>
/// Runs a Nexmark query as a stream, in process from what a hub delivers to the sink: JSON is decoded, windows are kept and closed, every commit
/// goes to a directory with its state and results. A rate is of events of all kinds a second of processor time, so a second of one core.
/// </summary>
internal static class NexmarkMeasurements
{
    public const string Name = "streams-nexmark";
    public const string PerSecond = "per_s";
    public const string Rows = "rows";

    private const int EventsAtOnce = 10_000;

    /// <summary>Of the events' own time: 10,000 events a second.</summary>
    private const long MicrosPerEvent = 100;

    private const long Began = 1_700_000_000_000_000;

    private const string Columns = """
        { "kind": "BIGINT", "auction": "BIGINT", "bidder": "BIGINT", "price": "BIGINT", "extra": "VARCHAR", "date_time": { "type": "TIMESTAMP", "path": "$.dateTime" } }
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Name] = MeasureAsync };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var nexmark = NexmarkQuery.All.Single(q => q.Name == arguments[0]);
        var batches = Math.Max(5, int.Parse(arguments[1], CultureInfo.InvariantCulture) / EventsAtOnce);
        using var root = new TemporaryFolder();
        var (sink, shuffle) = (new CountingSinkKind(), new Loopback());
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("PipelineHub1", "bids")]).Build();
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<IObjectStore>(new DirectoryObjectStore(root.Path))
            .AddLogging()
            .AddPipelineStorage(configuration)
            .AddStreams(configuration)
            .AddSingleton<IPartitionLog, StreamMemory.NoLog>()
            .AddSingleton<IStreamSinkKind>(sink)
            .AddSingleton<IShuffleChannel>(shuffle)
            .BuildServiceProvider();
        var spec = $$"""
            { "hub": "bids", "columns": {{Columns}}, "eventTime": "date_time", "partitionKey": {{JsonSerializer.Serialize(nexmark.PartitionKey)}}, "from": "earliest",
              "query": {{JsonSerializer.Serialize(nexmark.Sql)}}, "watermark": { "delay": "0s" }, "sinks": [ { "count": "rows" } ] }
            """;
        await services.GetRequiredService<StreamService>().PutAsync("nexmark", Encoding.UTF8.GetBytes(spec), cancellationToken);
        var runtime = services.GetRequiredService<StreamRuntime>();

        // The first quarter warms up. Events are made beforehand, a batch at a time: only what handles them is timed.
        var generator = new NexmarkGenerator(42);
        var json = new ArrayBufferWriter<byte>(EventsAtOnce * 200);
        using var process = Process.GetCurrentProcess();
        var (spent, events) = (TimeSpan.Zero, 0L);
        for (var batch = 0; batch < batches; batch++)
        {
            var made = Make(generator, json, batch * (long)EventsAtOnce);
            process.Refresh();
            var before = process.TotalProcessorTime;
            await runtime.ProcessAsync("bids", 0, made, cancellationToken);
            if (shuffle.Take() is { Count: > 0 } messages) await runtime.ShuffleAsync(0, messages, cancellationToken);
            process.Refresh();
            if (batch < batches / 4) continue;
            spent += process.TotalProcessorTime - before;
            events += made.Length;
        }

        return new Dictionary<string, double> { [PerSecond] = events / spent.TotalSeconds, [Rows] = sink.Rows };
    }

    private static StreamEvent[] Make(NexmarkGenerator generator, ArrayBufferWriter<byte> json, long first)
    {
        json.ResetWrittenCount();
        var ends = new int[EventsAtOnce];
        for (var i = 0; i < EventsAtOnce; i++)
        {
            generator.Write(json, (Began + ((first + i) * MicrosPerEvent)) / 1000);
            ends[i] = json.WrittenCount;
        }

        var bytes = json.WrittenMemory.ToArray().AsMemory();
        return [.. ends.Select((end, i) => new StreamEvent(bytes[(i == 0 ? 0 : ends[i - 1])..end], first + i, Began + ((first + i) * MicrosPerEvent), null))];
    }

    /// <summary>A shuffle hub of one partition, which delivers what it is sent when asked.</summary>
    private sealed class Loopback : IShuffleChannel
    {
        private List<StreamEvent> _messages = [];
        private long _next;

        public Task<int> CountPartitionsAsync(CancellationToken cancellationToken) => Task.FromResult(1);

        public Task SendAsync(int partition, IReadOnlyList<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
        {
            _messages.AddRange(messages.Select(m => new StreamEvent(m, _next++, Began, null)));
            return Task.CompletedTask;
        }

        public List<StreamEvent> Take()
        {
            var taken = _messages;
            _messages = [];
            return taken;
        }
    }

    /// <summary>A sink that counts what reaches it.</summary>
    private sealed class CountingSinkKind : IStreamSinkKind, IStreamSink
    {
        public long Rows { get; private set; }

        public string Field => "count";

        public IStreamSink? Read(SpecReader reader, StreamSinkContext context)
        {
            reader.Text(Field);
            return this;
        }

        public Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
        {
            Rows += output.Rows;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
