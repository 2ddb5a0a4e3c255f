using Microsoft.Playwright;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The running app with data of every kind, and the browser to look at it with; one for all tests of the dashboard.</summary>
public sealed class DashboardSite : IAsyncLifetime
{
    private readonly Lazy<Task<Started>> _started = new(StartAsync);

    /// <summary>The app. Skips the test where there is no browser.</summary>
    internal async Task<RunningApp> AppAsync() => (await _started.Value).App;

    /// <summary>What the app was given to show.</summary>
    internal async Task<DashboardData> DataAsync() => (await _started.Value).Data;

    /// <summary>Opens a view in a tab of its own.</summary>
    /// <param name="view">The view, for instance <c>/jobs</c>.</param>
    /// <param name="withKey">Whether the key was given before.</param>
    /// <param name="prepare">Is done before the page is opened.</param>
    internal async Task<DashboardPage> OpenAsync(string view, bool withKey = true, Func<IPage, Task>? prepare = null)
    {
        var started = await _started.Value;
        var context = await started.Chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
            ColorScheme = ColorScheme.Light,
            Locale = "en-GB",
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        var page = await context.NewPageAsync();
        var tab = new DashboardPage(context, page).Listening();
        if (withKey)
            await page.AddInitScriptAsync($"sessionStorage.setItem('pipeline-key', '{started.App.Http.DefaultRequestHeaders.GetValues("x-functions-key").Single()}')");
        if (prepare is not null)
            await prepare(page);
        await page.GotoAsync($"{started.App.Http.BaseAddress}#{view}");
        return tab;
    }

    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (!_started.IsValueCreated || !_started.Value.IsCompletedSuccessfully)
            return;
        var started = await _started.Value;
        await started.Chromium.DisposeAsync();
        await started.App.DisposeAsync();
    }

    private static async Task<Started> StartAsync()
    {
        var chromium = await Chromium.StartAsync();
        var app = await RunningApp.StartAsync();
        return new Started(chromium, app, await DashboardData.MakeAsync(app));
    }

    private sealed record Started(Chromium Chromium, RunningApp App, DashboardData Data);
}
