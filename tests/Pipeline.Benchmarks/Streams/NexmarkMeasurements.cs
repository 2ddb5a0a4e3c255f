using System.Diagnostics;
using System.Globalization;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Streams;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Runs a Nexmark query over JSON events: decode, apply, close, write the rows and the state, in batches as a trigger hands them out.</summary>
internal static class NexmarkMeasurements
{
    public const string Nexmark = "streams-nexmark";
    public const string PerSecond = "per_s";

    private const int EventsAtOnce = 5_000;

    /// <summary>Of the events' own time: 10,000 events a second.</summary>
    private const long MicrosPerEvent = 100;

    private const long Began = 1_700_000_000_000_000;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement> { [Nexmark] = MeasureAsync };

    private static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var nexmark = NexmarkQuery.All.Single(q => q.Name == arguments[0]);
        var count = int.Parse(arguments[1], CultureInfo.InvariantCulture) / EventsAtOnce * EventsAtOnce;
        var events = Generate(count);
        using var folder = new TemporaryFolder();
        var times = new double[5];
        var watch = new Stopwatch();
        var rows = 0L;
        var processor = TimeSpan.Zero;
        using var process = Process.GetCurrentProcess();
        // Once over half of it to warm up, then what counts.
        foreach (var part in new[] { events.Length / 2, events.Length })
        {
            Array.Clear(times);
            process.Refresh();
            processor = process.TotalProcessorTime;
            watch.Restart();
            rows = await RunAsync(nexmark, events[..part], folder.Path, times, cancellationToken);
            watch.Stop();
            process.Refresh();
            processor = process.TotalProcessorTime - processor;
        }

        var figures = new Dictionary<string, double> { [PerSecond] = events.Length / watch.Elapsed.TotalSeconds, ["cpu_per_s"] = events.Length / processor.TotalSeconds, ["rows"] = rows };
        foreach (var (name, time) in new[] { "decode", "apply", "close", "rows_out", "state" }.Zip(times)) figures[$"{name}_ns"] = time * 1e9 / events.Length;
        return figures;
    }

    private static async Task<long> RunAsync(NexmarkQuery nexmark, StreamEvent[] events, string folder, double[] times, CancellationToken cancellationToken)
    {
        var source = new StreamSource("bids", Columns, "date_time");
        var query = await StreamQuery.CompileAsync(nexmark.Sql, source, [], cancellationToken);
        using var task = await StreamTask.OpenAsync(query, new StreamTaskOptions { Folder = folder }, cancellationToken);
        var batch = new EventBatch(Columns);
        var decoder = new JsonEventDecoder(Columns, 6, [.. Columns.Select(c => (IReadOnlyList<string>)[c.Name == "date_time" ? "dateTime" : c.Name])]);
        var (rows, commit, latest) = (0L, 0, 0L);
        foreach (var chunk in events.Chunk(EventsAtOnce))
        {
            var began = Stopwatch.GetTimestamp();
            batch.Clear();
            foreach (var one in chunk)
            {
                if (decoder.Decode(one.Body.Span, batch) is { } reason) throw new BenchmarkException(reason);
                batch.Add(one.SequenceNumber, one.Enqueued);
                latest = Math.Max(latest, one.Enqueued);
            }

            Lap(0);
            await task.ApplyAsync(batch, cancellationToken);
            Lap(1);
            commit++;
            if (query.IsWindowed)
            {
                var closed = await task.CloseAsync(latest, cancellationToken);
                Lap(2);
                if (closed.Rows > 0) rows += await task.WriteClosedAsync(Path.Combine(folder, $"closed{commit}.parquet"), 0, closed.Rows, cancellationToken);
                Lap(3);
                await task.WriteDeltaAsync(Path.Combine(folder, $"delta{commit}.parquet"), cancellationToken);
                task.Confirm(latest);
                Lap(4);
            }
            else
            {
                rows += await task.WriteRowsAsync(Path.Combine(folder, $"rows{commit}.parquet"), cancellationToken);
                task.DropRows();
                Lap(3);
            }

            foreach (var file in Directory.EnumerateFiles(folder)) File.Delete(file);

            void Lap(int part)
            {
                var now = Stopwatch.GetTimestamp();
                times[part] += (now - began) / (double)Stopwatch.Frequency;
                began = now;
            }
        }

        return rows;
    }

    private static readonly IReadOnlyList<EventColumnSchema> Columns =
    [
        new("kind", EventColumnType.BigInt), new("auction", EventColumnType.BigInt), new("bidder", EventColumnType.BigInt), new("price", EventColumnType.BigInt),
        new("channel", EventColumnType.Varchar), new("extra", EventColumnType.Varchar), new("date_time", EventColumnType.Timestamp),
    ];

    private static StreamEvent[] Generate(int count)
    {
        var generator = new NexmarkGenerator(42);
        var events = new StreamEvent[count];
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        for (var i = 0; i < count; i++)
        {
            var time = Began + (i * MicrosPerEvent);
            buffer.ResetWrittenCount();
            generator.Write(buffer, time / 1000);
            events[i] = new StreamEvent(buffer.WrittenSpan.ToArray(), i, time, null);
        }

        return events;
    }
}
