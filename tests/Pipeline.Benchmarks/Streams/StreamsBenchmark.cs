using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Events: from another process over AMQP to a function, and through a stream to its sink.</summary>
internal sealed class StreamsBenchmark : IBenchmark
{
    public string Name => "streams";

    public string Summary => "events from another process over AMQP to a function and through streams: rate, latency, memory";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var eventsOverAmqp = run.Quick ? 1_000_000 : 2_000_000;
        var (samples, log) = (new Samples(), new Samples());
        var rounds = run.Quick ? 1 : 5;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (key, value) in await ChildProcess.MeasureAsync(AmqpMeasurements.Amqp, cancellationToken, eventsOverAmqp)) samples.Add(key, value);
            foreach (var (key, value) in await ChildProcess.MeasureAsync(AmqpMeasurements.Log, cancellationToken, eventsOverAmqp)) log.Add(key, value);
        }

        var latency = await ChildProcess.MeasureAsync(WindowLatency.Name, cancellationToken, run.Quick ? 5 : 30);
        var memory = await ChildProcess.MeasureAsync(StreamMemory.Name, cancellationToken, run.Quick ? 500_000 : 50_000_000, 5_000);
        var sinks = await ChildProcess.MeasureAsync(SinkCost.Name, cancellationToken, run.Quick ? 6 : 20, 400);
        var (amqp, inProcess) = (samples[AmqpMeasurements.PerSecond], log[AmqpMeasurements.PerSecond]);
        new MarkdownTable("measured", "Pipeline", "goal")
            .Row("events of 200 bytes over AMQP to a function, events/s", Figures.Readable(amqp), "≥ 100,000")
            .Row("the same from the log to a function, in process, events/s", Figures.Readable(inProcess), "")
            .Row("peak memory of the host, MB", Figures.Readable(samples[AmqpMeasurements.PeakMegabytes]), "")
            .Row("window's end to sink at 20,000 events/s, median, ms", Figures.Readable(latency[WindowLatency.P50]), "")
            .Row("window's end to sink at 20,000 events/s, p99, ms", Figures.Readable(latency[WindowLatency.P99]), "< 250")
            .Row(run.Quick ? "memory over half a million events: growth, MB" : "memory over 50 million events: growth after the first fifth, MB", Figures.Readable(memory[StreamMemory.Growth]), "flat")
            .Row("its peak, MB", Figures.Readable(memory[StreamMemory.Peak]), "")
            .Row("a stream to a dataset by days and an alert, 400 events/s: cores at work", Figures.Number(sinks[SinkCost.Cores]), "")
            .WriteTo(run.Output);
        if (!run.Quick)
            await RunKeysAsync(run, cancellationToken);
        run.Output.WriteLine();
        run.Output.WriteLine(
            $"Medians of {rounds}. Sender and host are processes of their own and share the machine; an event counts when it is on the disk and the function is through with it.");
        var figures = new Figures();
        figures.Add("amqp_per_s", amqp);
        figures.Add("p99_ms", latency[WindowLatency.P99]);
        figures.Add("memory_growth_mb", memory[StreamMemory.Growth]);
        figures.Add("log_per_s", inProcess);
        figures.Add("sink_cores", sinks[SinkCost.Cores]);
        await RunNexmarkAsync(run, figures, cancellationToken);
        return figures;
    }

    private static async Task RunKeysAsync(Run run, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("eleven million keys against a limit of ten million", "keys kept", "events dropped", "alarms", "peak memory, MB", "events/s");
        foreach (var policy in (string[])["pause", "close-oldest"])
        {
            var keys = await ChildProcess.MeasureAsync(StreamKeys.Name, ["11000000", "10000000", policy], cancellationToken);
            table.Row(
                policy, Figures.Readable(keys[StreamKeys.Keys]), Figures.Readable(keys[StreamKeys.Dropped]), Figures.Readable(keys[StreamKeys.Alarms]), Figures.Readable(keys[StreamKeys.Peak]),
                Figures.Readable(keys[StreamKeys.PerSecond]));
        }

        run.Output.WriteLine();
        table.WriteTo(run.Output);
    }

    private static async Task RunNexmarkAsync(Run run, Figures figures, CancellationToken cancellationToken)
    {
        var table = new MarkdownTable("Nexmark, in process from what a hub delivers to the sink", "does", "events/s and core", "of Flink's", "goal");
        var rates = await ChildProcess.MeasureAsync(NexmarkMeasurements.Name, [run.Quick ? "5" : "25", .. NexmarkQuery.All.Select(q => q.Name)], cancellationToken);
        foreach (var query in NexmarkQuery.All)
        {
            var measured = rates[query.Name];
            table.Row(query.Name, query.Says, Figures.Readable(measured), query.Flink == 0 ? "" : $"{measured / query.Flink:0.0} x", Figures.Readable(query.Goal));
            figures.Add($"{query.Name}_per_s", measured);
        }

        run.Output.WriteLine();
        table.WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine(
            "Events of all kinds a second of processor time, decoding and commits included, once the process compiles no more; medians of slices. Flink's are its published figures a core with exactly-once.");
    }
}
