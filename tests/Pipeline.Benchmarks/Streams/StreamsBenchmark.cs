using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Streams;

/// <summary>Events: from another process over AMQP to a function.</summary>
internal sealed class StreamsBenchmark : IBenchmark
{
    public string Name => "streams";

    public string Summary => "events from another process over AMQP to a function";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var samples = new Samples();
        var rounds = run.Quick ? 1 : 5;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (key, value) in await ChildProcess.MeasureAsync(AmqpMeasurements.Amqp, cancellationToken, 2_000_000)) samples.Add(key, value);
        }

        var amqp = samples[AmqpMeasurements.PerSecond];
        new MarkdownTable("measured", "Pipeline", "goal")
            .Row("events of 200 bytes over AMQP to a function, events/s", Figures.Readable(amqp), "≥ 100,000")
            .Row("peak memory of the host, MB", Figures.Readable(samples[AmqpMeasurements.PeakMegabytes]), "")
            .WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine(
            $"Medians of {rounds}. Sender and host are processes of their own and share the machine; an event counts when it is on the disk and the function is through with it.");
        var figures = new Figures();
        figures.Add("amqp_per_s", amqp);
        return figures;
    }
}
