using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>One person's tab with the dashboard in it. What the browser complains of fails the test at its end.</summary>
internal sealed class DashboardPage(IBrowserContext context, IPage page) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();

    /// <summary>The tab.</summary>
    public IPage Page { get; } = page;

    /// <summary>The window: who sets it offline cuts the network.</summary>
    public IBrowserContext Context { get; } = context;

    /// <summary>Listens to what the browser complains of: errors of scripts, and what the policy refused.</summary>
    public DashboardPage Listening()
    {
        Page.PageError += (_, error) => _complaints.Enqueue(error);
        Page.Console += (_, message) =>
        {
            // The browser reports every answer that is no success; those that a person may cause are the app's to tell.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
        return this;
    }

    /// <summary>Goes to another view.</summary>
    public Task GoAsync(string view) => Page.EvaluateAsync("view => { location.hash = view; }", view);

    /// <summary>Waits until a text is in sight.</summary>
    public Task SeesAsync(string text) => SeesAsync(Page.GetByText(text).First);

    /// <summary>Waits until something is in sight; where it never is, tells what is instead.</summary>
    public static async Task SeesAsync(ILocator what)
    {
        try
        {
            await what.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Visible });
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\nThe page says:\n{await what.Page.InnerTextAsync("main")}", e);
        }
    }

    /// <summary>Looks at the view light, dark and on a phone: axe finds nothing serious, nothing sticks out at the side, and a picture of
    /// each is left in the folder <c>screenshots</c> beside the tests.</summary>
    public async Task LooksRightAsync(string name)
    {
        foreach (var look in new[] { "light", "dark", "phone" })
        {
            await Page.SetViewportSizeAsync(look == "phone" ? 390 : 1280, look == "phone" ? 844 : 800);
            await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = look == "dark" ? ColorScheme.Dark : ColorScheme.Light });
            // Charts draw themselves anew after the next frame.
            await Page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            Assert.Equal(0, await Page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"));
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(AppContext.BaseDirectory, "screenshots", $"{name}-{look}.png"), FullPage = true });
            // The phone shows the light colours, the wide window the dark ones.
            if (look != "light")
                await AccessibleAsync();
        }
    }

    /// <summary>Looks at the page with axe: nothing serious may be wrong with it for people who see, hear or move otherwise.</summary>
    public async Task AccessibleAsync()
    {
        var result = await Page.RunAxe();
        var faults = result.Violations
            .Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Impact} {violation.Id}: {violation.Help}\n  {string.Join("\n  ", violation.Nodes.Take(5).Select(node => node.Html))}");
        Assert.True(!faults.Any(), string.Join("\n", faults));
    }

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        Assert.Empty(_complaints);
    }
}
