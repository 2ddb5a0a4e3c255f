using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>What holds for all views: the key, the connection, the keyboard, the first view.</summary>
[Collection(DashboardTests.Name)]
public sealed class FrameTests(DashboardSite site)
{
    [SkippableFact]
    public async Task Page_WithoutKey_AsksForItOnceAndKeepsItInTheTab()
    {
        await using var tab = await site.OpenAsync("/jobs", withKey: false);
        var key = (await site.AppAsync()).Http.DefaultRequestHeaders.GetValues("x-functions-key").Single();

        await tab.Page.GetByLabel("Function key").FillAsync("wrong");
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Open" }).ClickAsync();
        await tab.SeesAsync("The app does not take this key.");
        await tab.LooksRightAsync("key");
        await tab.Page.GetByLabel("Function key").FillAsync(key);
        await tab.Page.Keyboard.PressAsync("Enter");

        await tab.SeesAsync("sales-by-month");
        await tab.Page.ReloadAsync();
        await tab.SeesAsync("sales-by-month");
        Assert.Equal(0, await tab.Page.Locator("dialog").CountAsync());
    }

    [SkippableFact]
    public async Task Page_AppGone_SaysSoAndGoesOnByItself()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.SeesAsync("sales-by-month");

        await tab.Context.SetOfflineAsync(true);
        await tab.SeesAsync("The app does not answer");
        await tab.AccessibleAsync();
        await tab.Context.SetOfflineAsync(false);

        await tab.Page.Locator("#gone").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden });
        await tab.SeesAsync("Connected");
    }

    [SkippableFact]
    public async Task Page_ByKeyboardAlone_ReachesAJob()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.SeesAsync("sales-by-month");

        await tab.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("skip", await tab.Page.EvaluateAsync<string>("() => document.activeElement.id"));
        await tab.Page.Keyboard.PressAsync("Enter");
        var row = tab.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "bad-prices" });
        for (var i = 0; i < 60 && !await row.EvaluateAsync<bool>("link => link === document.activeElement"); i++)
            await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.PressAsync("Enter");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "bad-prices" }));
    }

    [SkippableFact]
    public async Task Theme_Toggled_IsKept()
    {
        await using var tab = await site.OpenAsync("/jobs");
        var button = tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Theme" });

        await button.ClickAsync();
        await button.ClickAsync();
        await tab.Page.ReloadAsync();

        Assert.Equal("dark", await tab.Page.EvaluateAsync<string>("() => document.documentElement.dataset.theme"));
        Assert.Equal("rgb(13, 17, 23)", await tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor"));
    }

    // How long it takes is measured by the benchmark 'dashboard'; this is what it takes long for.
    [SkippableFact]
    public async Task FirstView_AllThatItNeeds_IsNamedByThePageAndAskedForOnce()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.Page.WaitForFunctionAsync("() => performance.getEntriesByName('first-view').length > 0");

        var loaded = await tab.Page.EvaluateAsync<string[]>("""
            () => performance.getEntriesByType('resource')
              .filter(entry => entry.startTime < performance.getEntriesByName('first-view')[0].startTime)
              .map(entry => entry.name.slice(location.origin.length + 1))
            """);

        var page = await (await site.AppAsync()).Http.GetStringAsync(new Uri("/", UriKind.Relative));
        // A module that only another one names is asked for when that one is there, one round trip later.
        var files = loaded.Where(path => !path.StartsWith("api/", StringComparison.Ordinal)).ToList();
        Assert.Contains("script/views/jobs.js", files);
        Assert.All(files, path => Assert.Contains($"\"{path}\"", page, StringComparison.Ordinal));
        Assert.Equal(loaded.Distinct(), loaded);
        // Asked for before the modules are there, and not once more by them.
        Assert.Equal("api/jobs?top=100", Assert.Single(loaded, path => path.StartsWith("api/", StringComparison.Ordinal)));
    }
}
