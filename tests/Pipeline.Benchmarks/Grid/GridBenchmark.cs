using Pipeline.Benchmarks.Measuring;
using Pipeline.Grid.Applications.Alignment;

namespace Pipeline.Benchmarks.Grid;

/// <summary>The grid: how many work requests and reports a second one instance of the app answers, each durable before its answer; and how
/// fast volunteers align.</summary>
internal sealed class GridBenchmark : IBenchmark
{
    // What BOINC publishes for one server: 8.8 million tasks a day.
    private const double PeerPerSecond = 8.8e6 / 86_400;

    public string Name => "grid";

    public string Summary => "work requests and reports a second over HTTP, durably stored; alignment against a scalar loop";

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
        var simd = await AlignAsync(run, cancellationToken);
        var figures = new Figures();
        figures.Add("requests_per_s", http[GridMeasurements.Requests]);
        figures.Add("reports_per_s", http[GridMeasurements.Reports]);
        figures.Add("simd_ratio", simd);
        return figures;

        void Row(string what, IReadOnlyDictionary<string, double> measured) =>
            table.Row(what, Figures.Readable(measured[GridMeasurements.Requests]), Figures.Readable(measured[GridMeasurements.Reports]), Figures.Readable(measured[GridMeasurements.Commits]));
    }

    // How many times as fast as the scalar loop the vectors are that the processor has.
    private static async Task<double> AlignAsync(Run run, CancellationToken cancellationToken)
    {
        var kernels = await ChildProcess.MeasureAsync(AlignmentMeasurements.Kernels, cancellationToken, run.Quick ? 2 : 8);
        var scalar = kernels[AlignmentMeasurements.Scalar];
        var table = new MarkdownTable("alignment kernel", "million cell updates/s", "ratio");
        table.Row("scalar loop", Figures.Readable(scalar / 1e6), "1");
        foreach (var (name, width) in new[] { 128, 256, 512 }.Select(width => (AlignmentMeasurements.Vectors(width), width)).Where(kernel => kernels.ContainsKey(kernel.Item1)))
            table.Row($"vectors of {width} bits{(width == LocalAligner.Width ? " (goal 10 times)" : "")}", Figures.Readable(kernels[name] / 1e6), Figures.Number(kernels[name] / scalar));
        run.Output.WriteLine();
        table.WriteTo(run.Output);
        return LocalAligner.Width == 0 ? 1 : kernels[AlignmentMeasurements.Vectors(LocalAligner.Width)] / scalar;
    }
}
