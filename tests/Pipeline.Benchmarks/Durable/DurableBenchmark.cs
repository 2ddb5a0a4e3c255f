using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Durable.DurableMeasurements;

namespace Pipeline.Benchmarks.Durable;

/// <summary>The task hub: wide fan-outs, long chains, many small orchestrations, and the start of the host.</summary>
internal sealed class DurableBenchmark : IBenchmark
{
    private const int ChainLength = 1_000;
    private const int Instances = 1_000;
    private const int StepsEach = 5;

    public string Name => "durable";

    public string Summary => "orchestrations of trivial activities, and the start of the host";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var repetitions = run.Quick ? 3 : 7;
        int[] sizes = [1_000, 10_000, 100_000];
        var fanOuts = new Dictionary<int, IReadOnlyDictionary<string, double>>();
        foreach (var size in sizes)
        {
            fanOuts[size] = await ChildProcess.MeasureAsync(FanOut, cancellationToken, size, size > 10_000 ? 1 : repetitions);
        }

        var chain = await PerSecondAsync(Chain, ChainLength, ChainLength, repetitions);
        var steps = await PerSecondAsync(Steps, Instances, Instances * StepsEach, repetitions);
        var sqlite = await PerSecondAsync(SqliteCommits, ChainLength, ChainLength, repetitions);
        var sqliteGrouped = await PerSecondAsync(SqliteCommits, 10_000, 10_000, repetitions, 256);
        var tasks = await PerSecondAsync(BareTasks, 10_000, 10_000, repetitions);
        var starts = new List<double>();
        for (var i = 0; i < (run.Quick ? 3 : 7); i++)
        {
            starts.Add(await ServerStart.MillisecondsAsync(cancellationToken));
        }

        var figures = new Figures();
        figures.Add("fanout_per_s", 10_000 / fanOuts[10_000][Seconds]);
        figures.Add("fanout_peak_mb", fanOuts[10_000][PeakMegabytes]);
        figures.Add("chain_per_s", chain);
        figures.Add("steps_per_s", steps);
        figures.Add("start_ms", Repeat.Median(starts));
        foreach (var (size, measured) in fanOuts)
        {
            figures.Add($"activity_us_of_{size}", measured[Seconds] / size * 1e6);
        }

        var table = new MarkdownTable("measured", "Pipeline", "SQLite, a commit a step", "SQLite, a commit for 256", "tasks, nothing kept", "official host ¹", "goal");
        table.Row("fan-out of 10,000, activities/s", Text(10_000 / fanOuts[10_000][Seconds]), Text(sqlite), Text(sqliteGrouped), Text(tasks), "50", "≥ 3,000");
        table.Row("its peak memory, MB", Text(fanOuts[10_000][PeakMegabytes]), "", "", "", "", "< 400");
        foreach (var (size, measured) in fanOuts)
        {
            table.Row($"an activity in a fan-out of {Text(size)}, µs", Text(measured[Seconds] / size * 1e6), Text(1e6 / sqlite), Text(1e6 / sqliteGrouped), Text(1e6 / tasks), "20,000", "flat");
        }

        table.Row("chain of 1,000, activities/s", Text(chain), Text(sqlite), "", "", "38", "≥ 1,000");
        table.Row("1,000 instances of 5 steps, steps/s", Text(steps), Text(sqlite), Text(sqliteGrouped), Text(tasks), "", "≥ 3,000");
        table.Row("serve, start to first answer, ms", Text(Repeat.Median(starts)), "", "", "", "", "< 1,500");
        table.WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine($"Medians of {repetitions} ({starts.Count} for the start), each measurement in a process of its own, after a warm-up. Every commit is on the disk before it counts.");
        run.Output.WriteLine("¹ Functions host 4.1037 with Azure Storage on Azurite, measured earlier on 2 cores: fan-out of 1,000, chain of 100. Netherite's published figure is 2,000/s an instance.");
        return figures;

        async Task<double> PerSecondAsync(string measurement, int size, int count, params int[] more) =>
            count / (await ChildProcess.MeasureAsync(measurement, cancellationToken, [size, .. more.Cast<object>()]))[Seconds];
    }

    private static string Text(double value) => Figures.Readable(value);
}
