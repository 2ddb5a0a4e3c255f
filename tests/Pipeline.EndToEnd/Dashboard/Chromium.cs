using Microsoft.Playwright;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The browser of all tests of the dashboard: the machine's own Chromium.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] s_places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private static readonly string[] s_arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    /// <summary>The browser; each test opens a context of its own.</summary>
    public IBrowser Browser { get; }

    /// <summary>Starts it. Skips the test where there is none.</summary>
    public static async Task<Chromium> StartAsync()
    {
        var place = s_places.FirstOrDefault(File.Exists);
        Requires.That(place is not null, "This test needs Chromium: on Debian, apt-get install chromium.");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = place, Args = s_arguments });
        return new Chromium(playwright, browser);
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
