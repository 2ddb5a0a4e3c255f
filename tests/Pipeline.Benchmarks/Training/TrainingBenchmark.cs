using System.Globalization;
using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Training.TrainingMeasurements;

namespace Pipeline.Benchmarks.Training;

/// <summary>Training: two workers of one thread each against one process of two threads, where a round's time goes, what each strategy
/// sends for what it reaches, and what 64 instances in the cloud would make of it.</summary>
internal sealed class TrainingBenchmark : IBenchmark
{
    private static readonly (string Title, string Fields)[] s_strategies =
    [
        ("synchronous, fp32", ""),
        ("synchronous, fp16", """, "exchange": "fp16" """),
        ("synchronous, top-k 2 %", """, "exchange": { "encoding": "top-k", "share": 0.02 } """),
        ("local-sgd, 8 steps", """, "strategy": { "type": "local-sgd", "steps": 8 } """),
        ("federated, 2 workers", """, "strategy": "federated" """),
    ];

    public string Name => "training";

    public string Summary => "two workers against one process of two threads, and bytes against accuracy for each strategy";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var (repeats, epochs, loopEpochs) = run.Quick ? (2, 4, 2) : (5, 8, 4);
        var (jobs, speeds) = (new List<IReadOnlyDictionary<string, double>>(), new Samples());
        // In turn, so that whatever else the machine does falls on both.
        for (var i = 0; i < repeats; i++)
        {
            var loops = await ChildProcess.MeasureAsync(Loop, [Text(loopEpochs), "2"], cancellationToken);
            speeds.Add(Loop, loops[Speed]);
            speeds.Add(ChannelsLast, loops[ChannelsLast]);
            speeds.Add(PoolFirst, loops[PoolFirst]);
            // Four slices, for up to four workers: the larger a slice, the better a processor's vector units are used.
            jobs.Add(await ChildProcess.MeasureAsync(Job, [Text(epochs), Fields(512, """, "options": { "slices": 4 } """)], cancellationToken));
            speeds.Add(Job, jobs[^1][Speed]);
        }
        var job = jobs.OrderBy(j => j[Speed]).ElementAt(repeats / 2);
        var (workers, loop, channelsLast, poolFirst) = (speeds[Job], speeds[Loop], speeds[ChannelsLast], speeds[PoolFirst]);

        var table = new MarkdownTable("measured", "samples/s", "of the loop")
            .Row("one process, two threads, a plain loop", Figures.Readable(loop), "1")
            .Row("the same, images with their channels last", Figures.Readable(channelsLast), Figures.Number(channelsLast / loop))
            .Row("the same, and ReLU behind the pooling: all that the app does", Figures.Readable(poolFirst), Figures.Number(poolFirst / loop))
            .Row("two workers of one thread (goal: 0.85)", Figures.Readable(workers), Figures.Number(workers / loop));
        table.WriteTo(run.Output);
        run.Output.WriteLine();
        var round = job["roundMs"];
        new MarkdownTable("a round of two workers", "ms", "share")
            .Row("compute", Figures.Readable(job["computeMs"]), Share(job["computeMs"] / round))
            .Row("exchange", Figures.Readable(job["exchangeMs"]), Share(job["exchangeMs"] / round))
            .Row("waiting for the other", Figures.Readable(job["waitMs"]), Share(job["waitMs"] / round))
            .Row("orchestration", Figures.Readable(job["orchestrationMs"]), Share(job["orchestrationMs"] / round))
            .WriteTo(run.Output);
        run.Output.WriteLine();

        var strategies = new MarkdownTable("strategy, batch 128", "rounds", "KB a round", "MB in all", "seconds", "accuracy");
        var figures = new Figures();
        figures.Add("vs_single", workers / loop);
        figures.Add("vs_channels_last", workers / channelsLast);
        figures.Add("vs_pool_first", workers / poolFirst);
        figures.Add("samples_per_s", workers);
        foreach (var (index, (title, fields)) in s_strategies.Index())
        {
            if (run.Quick && index > 0)
                continue;
            var measured = await ChildProcess.MeasureAsync(Job, [Text(run.Quick ? 2 : 4), Fields(128, fields)], cancellationToken);
            strategies.Row(
                title, Figures.Readable(measured["rounds"]), Figures.Readable(measured["bytesSent"] / measured["rounds"] / 1024), Figures.Readable(measured["bytesSent"] / 1024 / 1024),
                Figures.Number(measured["seconds"]), string.Create(CultureInfo.InvariantCulture, $"{100 * measured["accuracy"]:0.0} %"));
            if (index == 0)
                figures.Add("accuracy", measured["accuracy"]);
            if (index == 0)
                figures.Add("bytes_a_round", measured["bytesSent"] / measured["rounds"]);
        }
        strategies.WriteTo(run.Output);
        run.Output.WriteLine();
        CloudModel.Write(run.Output, job["computeMsPerSample"], job["bytesSent"] / job["rounds"] / 2);
        return figures;
    }

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Fields(int batchSize, string more) => string.Create(CultureInfo.InvariantCulture, $", \"batchSize\": {batchSize}{more}");
}
