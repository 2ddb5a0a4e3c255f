using Pipeline.Benchmarks.Measuring;

namespace Pipeline.Benchmarks.Dashboard;

/// <summary>The dashboard in a browser: how long until a person sees the jobs, and how a long list of them scrolls.</summary>
internal sealed class DashboardBenchmark : IBenchmark
{
    public string Name => "dashboard";

    public string Summary => "the dashboard in Chromium: the time to its first view, and a list of 10,000 jobs that is scrolled";

    public async Task<Figures> RunAsync(Run run, CancellationToken cancellationToken)
    {
        var first = await ChildProcess.MeasureAsync(DashboardMeasurements.FirstView, cancellationToken, run.Quick ? 10 : 30);
        var scrolled = await ChildProcess.MeasureAsync(DashboardMeasurements.Scrolling, cancellationToken, run.Quick ? 1 : 3);
        new MarkdownTable("measured, on loopback with nothing in the cache", "median", "slowest", "goal")
            .Row("from navigation to the first paint, ms", Figures.Readable(first["paint_ms"]), Figures.Readable(first["paint_most_ms"]), "")
            .Row("from navigation to the jobs, ms", Figures.Readable(first["view_ms"]), Figures.Readable(first["view_most_ms"]), "< 300")
            .Row("  of these until the page's scripts run, ms", Figures.Readable(first["script_ms"]), "", "")
            .Row("  of these for the answer with the jobs, ms", Figures.Readable(first["answer_ms"]), "", "")
            .Row("requests", Figures.Readable(first["requests"]), "", "")
            .Row("bytes that come over the wire, KB", Figures.Readable(first["kilobytes"]), "", "")
            .Row("10,000 jobs scrolled from end to end: a frame, ms", Figures.Readable(scrolled["frame_ms"]), Figures.Readable(scrolled["frame_most_ms"]), "")
            .Row("  frames over 50 ms, of a hundred", Figures.Readable(scrolled["slow_percent"]), "", "0")
            .Row("  elements in the page, at most", Figures.Readable(scrolled["elements"]), "", "")
            .WriteTo(run.Output);
        run.Output.WriteLine();
        run.Output.WriteLine("Each view is opened in a window of its own by a browser that runs already; the app is warm, as after the first look of the day.");
        var figures = new Figures();
        foreach (var key in (string[])["paint_ms", "view_ms", "view_most_ms", "requests"])
            figures.Add(key, first[key]);
        foreach (var key in (string[])["slow_percent", "frame_most_ms", "elements"])
            figures.Add(key, scrolled[key]);
        return figures;
    }
}
