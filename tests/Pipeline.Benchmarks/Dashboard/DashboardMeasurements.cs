using System.Globalization;
using System.Runtime;
using Microsoft.Playwright;
using Pipeline.Benchmarks.Measuring;
using Pipeline.EndToEnd.Dashboard;

namespace Pipeline.Benchmarks.Dashboard;

/// <summary>What is measured of the dashboard: the app in this process, Chromium beside it.</summary>
internal static class DashboardMeasurements
{
    public const string FirstView = "dashboard.first-view";
    public const string Scrolling = "dashboard.scrolling";

    private const int Jobs = 6;
    private const int WarmViews = 4;
    private const int MostWarmUps = 30;

    private static readonly TimeSpan MostCompiled = TimeSpan.FromMilliseconds(100);

    // Whoever looks again and again whether the page is there slows it down, and so does a script that asks it: it is the page that tells.
    private const string Tells = """
        let left = 2;
        const see = (type, name) => new PerformanceObserver(list => {
          if (list.getEntries().some(entry => entry.name === name) && --left === 0) console.log('shown');
        }).observe({ type, buffered: true });
        see('mark', 'first-view');
        see('paint', 'first-contentful-paint');
        """;

    public static IReadOnlyDictionary<string, Measurement> All { get; } = new Dictionary<string, Measurement>
    {
        [FirstView] = (arguments, token) => FirstViewAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), token),
        [Scrolling] = (arguments, token) => ScrollingAsync(int.Parse(arguments[0], CultureInfo.InvariantCulture), token),
    };

    private static async Task<IReadOnlyDictionary<string, double>> FirstViewAsync(int views, CancellationToken cancellationToken)
    {
        await using var app = await JobsApp.StartAsync(cancellationToken);
        await app.UploadAsync("airports", SamplesFolder.Find("data", "airports"), cancellationToken);
        for (var job = 0; job < Jobs; job++)
            await app.RunAsync("""{ "kind": "batch", "name": "airports", "tables": { "airports": "airports" }, "query": "select state, count(*) as n from airports group by state" }""", cancellationToken);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var samples = new Samples();
        var (paints, shown) = (new List<double>(), new List<double>());
        // The first few warm the app and the browser up, until a few in a row had little compiled: it takes some twenty.
        for (var (view, warm) = (-MostWarmUps, 0); view < views; view++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var compiling = JitInfo.GetCompilationTime();
            var (context, page) = await OpenAsync(browser, app);
            await page.AddInitScriptAsync(Tells);
            await page.RunAndWaitForConsoleMessageAsync(
                () => page.GotoAsync($"{app.Address}#/jobs", new PageGotoOptions { WaitUntil = WaitUntilState.Commit }),
                new PageRunAndWaitForConsoleMessageOptions { Predicate = message => message.Text == "shown" });
            var figures = await page.EvaluateAsync<Dictionary<string, double>>("""
                () => {
                  const resources = performance.getEntriesByType('resource');
                  const list = resources.find(r => r.name.includes('/api/jobs?'));
                  const paint = performance.getEntriesByName('first-contentful-paint')[0];
                  return {
                    paint: paint ? paint.startTime : -1,
                    view: performance.getEntriesByName('first-view')[0].startTime,
                    script: list.startTime, answer: list.responseEnd - list.startTime,
                    requests: resources.length + 1,
                    kilobytes: (resources.reduce((sum, r) => sum + r.transferSize, 0) + performance.getEntriesByType('navigation')[0].transferSize) / 1024,
                  };
                }
                """);
            await context.DisposeAsync();
            if (view < 0)
            {
                warm = JitInfo.GetCompilationTime() - compiling < MostCompiled ? warm + 1 : 0;
                view = warm == WarmViews ? -1 : view;
                continue;
            }
            paints.Add(figures["paint"]);
            shown.Add(figures["view"]);
            foreach (var (name, value) in figures)
                samples.Add(name, value);
        }
        var medians = samples.Medians;
        return new Dictionary<string, double>
        {
            ["paint_ms"] = medians["paint"],
            ["paint_most_ms"] = paints.Max(),
            ["view_ms"] = medians["view"],
            ["view_most_ms"] = shown.Max(),
            ["script_ms"] = medians["script"],
            ["answer_ms"] = medians["answer"],
            ["requests"] = medians["requests"],
            ["kilobytes"] = medians["kilobytes"],
        };
    }

    private static async Task<IReadOnlyDictionary<string, double>> ScrollingAsync(int times, CancellationToken cancellationToken)
    {
        await using var app = await JobsApp.StartAsync(cancellationToken);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await LaunchAsync(playwright);
        var (frames, elements) = (new List<double>(), 0.0);
        for (var i = 0; i < times; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (context, page) = await OpenAsync(browser, app);
            await page.RouteAsync("**/api/jobs?*", ManyJobs.AnswerAsync);
            await page.GotoAsync($"{app.Address}#/jobs");
            await page.WaitForFunctionAsync("() => document.querySelectorAll('.list-row').length > 5");
            // Down in steps of a fast finger, then up again, when all jobs are known. What a frame takes is from one to the next.
            var measured = await page.EvaluateAsync<double[][]>("""
                async () => {
                  const body = document.querySelector('.list-body'), frames = [];
                  let elements = 0, before = await new Promise(requestAnimationFrame);
                  const step = async by => {
                    body.scrollTop += by;
                    const now = await new Promise(requestAnimationFrame);
                    frames.push(now - before);
                    before = now;
                    if (frames.length % 20 === 0) elements = Math.max(elements, document.querySelectorAll('*').length);
                  };
                  while (!body.querySelector('[href$="many-00000"]')) await step(1300);
                  while (body.scrollTop > 0) await step(-1300);
                  return [frames, [elements]];
                }
                """);
            frames.AddRange(measured[0]);
            elements = Math.Max(elements, measured[1][0]);
            await context.DisposeAsync();
        }
        frames.Sort();
        return new Dictionary<string, double>
        {
            ["frame_ms"] = frames[frames.Count / 2],
            ["frame_most_ms"] = frames[^1],
            ["slow_percent"] = 100.0 * frames.Count(f => f > 50) / frames.Count,
            ["frames"] = frames.Count,
            ["elements"] = elements,
        };
    }

    private static async Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        await InstalledChromium.LaunchAsync(playwright, InstalledChromium.Place ?? throw new BenchmarkException("This needs Chromium: on Debian, apt-get install chromium."));

    // A window of its own has nothing in its cache. The key was given before.
    private static async Task<(IBrowserContext Context, IPage Page)> OpenAsync(IBrowser browser, JobsApp app)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } });
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync($"sessionStorage.setItem('pipeline-key', '{app.Key}')");
        return (context, page);
    }
}
