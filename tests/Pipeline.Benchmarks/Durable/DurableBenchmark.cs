using System.Diagnostics;
using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Durable.DurableMeasurements;

namespace Pipeline.Benchmarks.Durable;

/// <summary>The task hub: wide fan-outs, long chains, many small orchestrations, and the start of the host.</summary>
internal sealed class DurableBenchmark : IBenchmark
{
    private const string Start = "start";

    private static readonly Case s_thousand = new(FanOut, 1_000);
    private static readonly Case s_tenThousand = new(FanOut, 10_000);
    private static readonly Case s_hundredThousand = new(FanOut, 100_000);
    private static readonly Case s_chain = new(Chain, 1_000);
    private static readonly Case s_instances = new(Instances, 1_000, 5);
    private static readonly Case s_sqlite = new(SqliteCommits, 300, 1);
    private static readonly Case s_sqliteGrouped = new(SqliteCommits, 10_000, 256);
    private static readonly Case s_tasks = new(BareTasks, 10_000);

    // On a busy machine a round takes about as long again.
    private static readonly TimeSpan s_quickly = TimeSpan.FromSeconds(15);

    public string Name => "durable";

    public string Summary => "orchestrations of trivial activities, and the start of the host";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var seconds = new Samples();
        var peaks = new List<double>();
        await MeasureAsync(s_thousand);
        await MeasureAsync(s_hundredThousand);

        // What is compared is measured in turn, so that a moment in which the disk is slow falls on all of them.
        while (peaks.Count < 7 && !(run.Quick && peaks.Count > 0 && Stopwatch.GetElapsedTime(began) > s_quickly))
        {
            peaks.Add((await MeasureAsync(s_tenThousand))[PeakMegabytes]);
            await MeasureAsync(s_sqliteGrouped);
            await MeasureAsync(s_tasks);
            await MeasureAsync(s_chain);
            await MeasureAsync(s_sqlite);
            await MeasureAsync(s_instances);
            seconds.Add(Start, await ServerStart.SecondsAsync(cancellationToken));
        }

        var (fanOut, chain, steps) = (PerSecond(s_tenThousand), PerSecond(s_chain), PerSecond(s_instances));
        var (sqlite, grouped, tasks) = (PerSecond(s_sqlite), PerSecond(s_sqliteGrouped), PerSecond(s_tasks));
        var start = seconds[Start] * 1e3;
        var costs = new[] { s_thousand, s_tenThousand, s_hundredThousand }.Select(fan => (Size: fan.Arguments[0], Microseconds: 1e6 / PerSecond(fan))).ToArray();

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
        run.Output.WriteLine($"Medians of {peaks.Count} (of one for 1,000 and 100,000), each in a process of its own after a warm-up. In Pipeline as in SQLite a commit counts when it is on the disk.");
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

        async Task<IReadOnlyDictionary<string, double>> MeasureAsync(Case measured)
        {
            var figures = await ChildProcess.MeasureAsync(measured.Measurement, cancellationToken, measured.Arguments);
            seconds.Add(measured.Key, figures[Seconds]);
            return figures;
        }

        double PerSecond(Case measured) => measured.Steps / seconds[measured.Key];
    }

    private static string Text(double value) => Figures.Readable(value);

    /// <summary>A measurement with its arguments.</summary>
    private sealed record Case(string Measurement, params int[] Arguments)
    {
        public string Key => $"{Measurement} {string.Join(' ', Arguments)}";

        /// <summary>How many activities it runs, or what stands for them in a peer.</summary>
        public int Steps => Measurement == Instances ? Arguments[0] * Arguments[1] : Arguments[0];
    }
}
