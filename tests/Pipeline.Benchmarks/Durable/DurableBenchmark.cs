using System.Diagnostics;
using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Durable.DurableMeasurements;

namespace Pipeline.Benchmarks.Durable;

/// <summary>The task hub: wide fan-outs, long chains, many small orchestrations, and the start of the host.</summary>
internal sealed class DurableBenchmark : IBenchmark
{
    private const string SqliteGrouped = SqliteCommits + " grouped";
    private const string Start = "start";

    // On a busy machine a round takes about as long again.
    private static readonly TimeSpan s_quickly = TimeSpan.FromSeconds(15);

    public string Name => "durable";

    public string Summary => "orchestrations of trivial activities, and the start of the host";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var seconds = new Samples();
        var peaks = new List<double>();
        await MeasureAsync(FanOut + 1_000, FanOut, 1_000);
        await MeasureAsync(FanOut + 100_000, FanOut, 100_000);

        // What is compared is measured in turn, so that a moment in which the disk is slow falls on all of them.
        while (peaks.Count < 7 && !(run.Quick && peaks.Count > 0 && Stopwatch.GetElapsedTime(began) > s_quickly))
        {
            peaks.Add((await MeasureAsync(FanOut, FanOut, 10_000))[PeakMegabytes]);
            await MeasureAsync(SqliteGrouped, SqliteCommits, 10_000, 256);
            await MeasureAsync(BareTasks, BareTasks, 10_000);
            await MeasureAsync(Chain, Chain, 1_000);
            await MeasureAsync(SqliteCommits, SqliteCommits, 300, 1);
            await MeasureAsync(Instances, Instances, 1_000, 5);
            seconds.Add(Start, await ServerStart.SecondsAsync(cancellationToken));
        }

        var fanOut = 10_000 / seconds[FanOut];
        var chain = 1_000 / seconds[Chain];
        var steps = 5_000 / seconds[Instances];
        var sqlite = 300 / seconds[SqliteCommits];
        var grouped = 10_000 / seconds[SqliteGrouped];
        var tasks = 10_000 / seconds[BareTasks];
        var start = seconds[Start] * 1e3;
        (int Size, double Microseconds)[] costs =
        [
            (1_000, seconds[FanOut + 1_000] / 1_000 * 1e6),
            (10_000, seconds[FanOut] / 10_000 * 1e6),
            (100_000, seconds[FanOut + 100_000] / 100_000 * 1e6),
        ];

        var table = new MarkdownTable("measured", "Pipeline", "SQLite, a commit a step", "SQLite, a commit for 256", "tasks, nothing kept", "official host ¹", "goal")
            .Row("fan-out of 10,000, activities/s", Text(fanOut), Text(sqlite), Text(grouped), Text(tasks), "50", "≥ 3,000")
            .Row("its peak memory, MB", Text(peaks.Max()), "", "", "", "", "< 400");
        foreach (var (size, cost) in costs)
        {
            table.Row($"an activity in a fan-out of {Text(size)}, µs", Text(cost), Text(1e6 / sqlite), Text(1e6 / grouped), Text(1e6 / tasks), "20,000", "flat");
        }

        table
            .Row("chain of 1,000, activities/s", Text(chain), Text(sqlite), "", "", "38", "≥ 1,000")
            .Row("1,000 instances of 5 steps, steps/s", Text(steps), Text(sqlite), Text(grouped), Text(tasks), "", "≥ 3,000")
            .Row("serve, start to first answer, ms", Text(start), "", "", "", "", "< 1,500")
            .WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine($"Medians of {peaks.Count} (of one for 1,000 and 100,000), each in a process of its own after a warm-up. A commit is on the disk before it counts, in all columns.");
        run.Output.WriteLine("¹ Functions host 4.1037 with Azure Storage on Azurite, measured earlier on 2 cores: fan-out of 1,000, chain of 100. Netherite's published figure is 2,000/s an instance.");

        var figures = new Figures();
        figures.Add("fanout_per_s", fanOut);
        figures.Add("fanout_peak_mb", peaks.Max());
        figures.Add("chain_per_s", chain);
        figures.Add("steps_per_s", steps);
        figures.Add("start_ms", start);
        foreach (var (size, cost) in costs)
        {
            figures.Add($"activity_us_of_{size}", cost);
        }

        return figures;

        async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string key, string measurement, params object[] arguments)
        {
            var measured = await ChildProcess.MeasureAsync(measurement, cancellationToken, arguments);
            seconds.Add(key, measured[Seconds]);
            return measured;
        }
    }

    private static string Text(double value) => Figures.Readable(value);
}
