using Pipeline.Benchmarks.Measuring;
using static Pipeline.Benchmarks.Batch.BatchMeasurements;

namespace Pipeline.Benchmarks.Batch;

/// <summary>Batch jobs: the flights sample against DuckDB asked directly, and what a job costs that has next to nothing to do.</summary>
internal sealed class BatchBenchmark : IBenchmark
{
    // The activities of a job, as a reader calls what they do.
    private static readonly (string Activity, string Stage)[] s_stages =
        [("PlanBatch", "plan"), ("RunStageTask", "partial"), ("RunMergeTask", "merge"), ("RunFinalTask", "final"), (Rest, "orchestration, HTTP")];

    private static readonly (string Statistic, string Work)[] s_work = [("fetchMs", "fetch"), ("queryMs", "query"), ("writeMs", "write")];

    public string Name => "batch";

    public string Summary => "the flights sample against DuckDB asked directly, and the overhead of a tiny job";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var rounds = run.Quick ? 15 : 51;
        var flights = await ChildProcess.MeasureAsync(FlightsJob, cancellationToken, rounds);
        var tiny = await ChildProcess.MeasureAsync(TinyJob, cancellationToken, rounds);

        var table = new MarkdownTable("measured", "ms", "of the job", "processor ms")
            .Row("flights job, submit to rows", Text(flights, Job), "", Text(flights, Processor + Job))
            .Row("DuckDB asked directly, 2 threads", Text(flights, DuckDb), "", Text(flights, Processor + DuckDb));
        foreach (var (activity, stage) in s_stages.Where(stage => flights.ContainsKey(stage.Activity)))
        {
            table.Row($"  {stage}", Text(flights, activity), $"{100 * flights[activity] / flights[Job]:0} %", "");
        }

        foreach (var (statistic, work) in s_work.Where(work => flights.ContainsKey(work.Statistic)))
        {
            table.Row($"  {work}, summed over tasks", Text(flights, statistic), "", "");
        }

        table.Row("job with one tiny task, submit to rows (goal < 50)", Text(tiny, Job), "", Text(tiny, Processor + Job));
        foreach (var (activity, stage) in s_stages.Where(stage => tiny.ContainsKey(stage.Activity)))
        {
            table.Row($"  {stage}", Text(tiny, activity), $"{100 * tiny[activity] / tiny[Job]:0} %", "");
        }

        table.WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine($"Medians of {rounds}, the job and DuckDB in turn in one process, after a warm-up; both answers compared every time. A stage lasts from its first task's start to its last one's end.");

        var figures = new Figures();
        figures.Add("vs_duckdb", flights[Job] / flights[DuckDb]);
        figures.Add("overhead_ms", tiny[Job]);
        figures.Add("job_ms", flights[Job]);
        figures.Add("duckdb_ms", flights[DuckDb]);
        return figures;
    }

    private static string Text(IReadOnlyDictionary<string, double> figures, string key) => Figures.Readable(figures[key]);
}
