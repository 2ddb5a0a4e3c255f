using System.Buffers;
using System.Globalization;
using System.Runtime;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Jobs;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>
/// Runs a Nexmark query as a stream, in process from what a hub delivers to the sink: JSON is decoded, windows are kept and closed, every commit
/// goes to a directory with its state and results. A rate is of events of all kinds a second of processor time, so a second of one core.
/// </summary>
internal static class NexmarkMeasurements
{
    public const string Name = "streams-nexmark";

    private const string PerSecond = "per_s";

    private const int EventsAtOnce = 10_000;

    /// <summary>Processor time of one slice of a measurement. The median of slices counts: what else runs on the machine slows some of them down.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(300);

    /// <summary>Warm is a process that compiles next to nothing any more, some slices long: .NET waits before it compiles anew what is busy.</summary>
    private const double WarmShare = 0.02;

    private const int WarmSlices = 4;

    private const int MaxWarmUpSlices = 25;

    /// <summary>Of the events' own time: 10,000 events a second.</summary>
    private const long MicrosPerEvent = 100;

    private const long Began = 1_700_000_000_000_000;

    private const string Columns = """
        { "kind": "BIGINT", "auction": "BIGINT", "bidder": "BIGINT", "price": "BIGINT", "extra": "VARCHAR", "date_time": { "type": "TIMESTAMP", "path": "$.dateTime" } }
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Name] = MeasureAsync };

    /// <summary>Measures the queries that are named behind the number of slices, one after the other in this process: they share most of their code.</summary>
    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var figures = new Dictionary<string, double>();
        foreach (var nexmark in NexmarkQuery.All.Where(q => arguments.Skip(1).Contains(q.Name)))
            figures[nexmark.Name] = await MeasureAsync(nexmark, int.Parse(arguments[0], CultureInfo.InvariantCulture), cancellationToken);
        return figures;
    }

    private static async Task<double> MeasureAsync(NexmarkQuery nexmark, int slices, CancellationToken cancellationToken)
    {
        var (sink, shuffle) = (new CountingSinkKind(), new Loopback());
        await using var bare = new BareStreams("bids", services => services.AddSingleton<IStreamSinkKind>(sink).AddSingleton<IShuffleChannel>(shuffle));
        var spec = $$"""
            { "hub": "bids", "columns": {{Columns}}, "eventTime": "date_time", "partitionKey": {{JsonSerializer.Serialize(nexmark.PartitionKey)}}, "from": "earliest",
              "query": {{JsonSerializer.Serialize(nexmark.Sql)}}, "watermark": { "delay": "0s" }, "sinks": [ { "count": "rows" } ] }
            """;
        await bare.PutAsync("nexmark", spec, cancellationToken);
        var runtime = bare.Runtime;

        // Events are made beforehand, a batch at a time: only what handles them is timed.
        var (generator, json, next) = (new NexmarkGenerator(42), new ArrayBufferWriter<byte>(EventsAtOnce * 200), 0L);
        for (var (slice, warm) = (0, 0); slice < MaxWarmUpSlices && warm < WarmSlices; slice++) warm = (await SliceAsync()).Compiling / Slice <= WarmShare ? warm + 1 : 0;
        var rates = new Samples();
        for (var slice = 0; slice < slices; slice++) rates.Add(PerSecond, (await SliceAsync()).PerSecond);
        return sink.Rows > 0 ? rates[PerSecond] : throw new BenchmarkException($"{nexmark.Name} gave no rows.");

        async Task<(double PerSecond, TimeSpan Compiling)> SliceAsync()
        {
            var (spent, events, compiling) = (TimeSpan.Zero, 0L, JitInfo.GetCompilationTime());
            for (; spent < Slice; next += EventsAtOnce, events += EventsAtOnce)
            {
                var made = Make(generator, json, next);
                var before = Environment.CpuUsage.TotalTime;
                await runtime.ProcessAsync("bids", 0, made, cancellationToken);
                if (shuffle.Take() is { Count: > 0 } messages) await runtime.ShuffleAsync(0, messages, cancellationToken);
                spent += Environment.CpuUsage.TotalTime - before;
            }

            return (events / spent.TotalSeconds, JitInfo.GetCompilationTime() - compiling);
        }
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

        public string Hub => "shuffle";

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
