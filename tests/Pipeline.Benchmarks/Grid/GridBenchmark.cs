using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Grid;

/// <summary>The grid: how many work requests and reports a second one instance of the app answers, each durable before its answer.</summary>
internal sealed class GridBenchmark : IBenchmark
{
    // What BOINC publishes for one server: 8.8 million tasks a day.
    private const double PeerPerSecond = 8.8e6 / 86_400;

    public string Name => "grid";

    public string Summary => "work requests and reports a second over HTTP, durably stored";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var results = run.Quick ? 6_000 : 30_000;
        var http = await ChildProcess.MeasureAsync(GridMeasurements.OverHttp, cancellationToken, results);
        var direct = await ChildProcess.MeasureAsync(GridMeasurements.Direct, cancellationToken, 4 * results);
        var table = new MarkdownTable("measured", "requests/s", "reports/s", "commits/s");
        Row("over HTTP on loopback, a result each, hosts and server on this machine (goal 2,000)", http);
        Row("scheduler and log alone", direct);
        table.Row("BOINC's published figure for a server, tasks/s", Figures.Readable(PeerPerSecond), Figures.Readable(PeerPerSecond), "");
        table.WriteTo(run.Output);
        var figures = new Figures();
        figures.Add("requests_per_s", http[GridMeasurements.Requests]);
        figures.Add("reports_per_s", http[GridMeasurements.Reports]);
        return figures;

        void Row(string what, IReadOnlyDictionary<string, double> measured) =>
            table.Row(what, Figures.Readable(measured[GridMeasurements.Requests]), Figures.Readable(measured[GridMeasurements.Reports]), Figures.Readable(measured[GridMeasurements.Commits]));
    }
}
