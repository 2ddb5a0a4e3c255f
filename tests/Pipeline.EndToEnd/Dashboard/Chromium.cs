using Microsoft.Playwright;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The browser of all tests of the dashboard.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private readonly IPlaywright _playwright;

    private Chromium(IPlaywright playwright, IBrowser browser) => (_playwright, Browser) = (playwright, browser);

    /// <summary>The browser; each test opens a context of its own.</summary>
    public IBrowser Browser { get; }

    /// <summary>Starts it. Skips the test where there is none.</summary>
    public static async Task<Chromium> StartAsync()
    {
        var place = InstalledChromium.Place;
        Requires.That(place is not null, "This test needs Chromium: on Debian, apt-get install chromium.");
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await InstalledChromium.LaunchAsync(playwright, place!));
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }
}
