using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The machine's own Chromium, for tests and measurements.</summary>
internal static class InstalledChromium
{
    private static readonly string[] s_places =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    /// <summary>Where it is; null where there is none.</summary>
    public static string? Place => Array.Find(s_places, File.Exists);

    /// <summary>Starts it, so that it does nothing of its own accord.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright, string place) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = place,
        Args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}
