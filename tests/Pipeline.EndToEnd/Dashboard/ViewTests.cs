using System.Text.Json;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>Datasets, streams, training, simulation and grid, as a person sees them.</summary>
[Collection(DashboardTests.Name)]
public sealed class ViewTests(DashboardSite site)
{
    [SkippableFact]
    public async Task Datasets_SomeThere_ListsThemWithTheirSizes()
    {
        await using var tab = await site.OpenAsync("/datasets");

        await DashboardPage.SeesAsync(Row(tab, "sales").GetByText("month"));
        await DashboardPage.SeesAsync(Row(tab, "sales").GetByText("closed"));
        await DashboardPage.SeesAsync(Row(tab, "shapes"));
        await tab.LooksRightAsync("datasets");
    }

    [SkippableFact]
    public async Task Dataset_Partitioned_ShowsColumnsPartitionsAndRows()
    {
        await using var tab = await site.OpenAsync("/datasets/sales");

        await DashboardPage.SeesAsync(Row(tab, "sold_at").GetByText("TIMESTAMP"));
        await DashboardPage.SeesAsync(Row(tab, "month=2024-08").GetByText("32,000"));
        await tab.SeesAsync("b-shop");
        await tab.LooksRightAsync("dataset");
        await Button(tab, "Files").ClickAsync();
        await tab.SeesAsync("month=2024-01/part-0.parquet");
    }

    [SkippableFact]
    public async Task Datasets_AFileDropped_IsUploadedAndShown()
    {
        using var files = new Fixtures.TestData();
        await using var tab = await site.OpenAsync("/datasets");
        await tab.Page.GetByLabel("Dataset", new PageGetByLabelOptions { Exact = true }).FillAsync("dropped");
        var content = files.Parquet("SELECT i AS n, i * 2 AS twice FROM range(5) t(i)");

        var transfer = await tab.Page.EvaluateHandleAsync("bytes => { const t = new DataTransfer(); t.items.add(new File([new Uint8Array(bytes)], 'part-0.parquet')); return t; }", content.Select(b => (int)b).ToArray());
        await tab.Page.Locator(".drop").DispatchEventAsync("drop", new { dataTransfer = transfer });

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "dropped" }));
        await DashboardPage.SeesAsync(Row(tab, "twice").GetByText("BIGINT"));
    }

    [SkippableFact]
    public async Task Datasets_WhatIsNoParquet_IsRefusedWithAWordOnHowToMakeSome()
    {
        await using var tab = await site.OpenAsync("/datasets/sales");

        var transfer = await tab.Page.EvaluateHandleAsync("() => { const t = new DataTransfer(); t.items.add(new File(['a,b'], 'rows.csv')); return t; }");
        await tab.Page.Locator(".drop").DispatchEventAsync("drop", new { dataTransfer = transfer });

        await tab.SeesAsync("There is no .parquet file among these");
    }

    [SkippableFact]
    public async Task Stream_WithEvents_ShowsWindowsAlertsAndDeadLetters()
    {
        await using var tab = await site.OpenAsync("/streams");
        await tab.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = DashboardData.Stream }).ClickAsync();

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "mean_price by window" }));
        await DashboardPage.SeesAsync(tab.Page.Locator(".pill.warn", new PageLocatorOptions { HasText = "dear" }).First);
        await tab.SeesAsync("no JSON at all");
        await tab.LooksRightAsync("stream");
        await Button(tab, "Table").ClickAsync();
        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Columnheader, new PageGetByRoleOptions { Name = "mean_price" }));
    }

    [SkippableFact]
    public async Task Streams_SomeThere_ListsThem()
    {
        await using var tab = await site.OpenAsync("/streams");

        await DashboardPage.SeesAsync(Row(tab, DashboardData.Stream).GetByText("Running"));
        await tab.LooksRightAsync("streams");
    }

    [SkippableFact]
    public async Task Training_TwoRuns_DrawsTheirCurvesTogether()
    {
        await using var tab = await site.OpenAsync("/training");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "accuracy by epoch" }));
        Assert.Equal(2, await tab.Page.Locator(".chart").First.Locator(".series").CountAsync());
        await tab.LooksRightAsync("training");
    }

    [SkippableFact]
    public async Task Training_Job_ShowsLossAndConfusionMatrix()
    {
        await using var tab = await site.OpenAsync($"/jobs/{(await site.DataAsync()).Training}");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "Loss by epoch" }));
        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Confusion matrix" }).GetByRole(AriaRole.Rowheader, new LocatorGetByRoleOptions { Name = "upright" }));
        await tab.LooksRightAsync("training-job");
    }

    [SkippableFact]
    public async Task Model_DrawnAt_ReadsTheDrawing()
    {
        await using var tab = await site.OpenAsync("/training/shapes");
        var pad = (await tab.Page.Locator("canvas").BoundingBoxAsync())!;

        await tab.Page.Mouse.MoveAsync(pad.X + (pad.Width / 2), pad.Y + 20);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(pad.X + (pad.Width / 2), pad.Y + pad.Height - 20, new MouseMoveOptions { Steps = 12 });
        await tab.Page.Mouse.UpAsync();

        await DashboardPage.SeesAsync(tab.Page.Locator("#verdict", new PageLocatorOptions { HasText = "upright" }));
        await tab.LooksRightAsync("model");
    }

    [SkippableFact]
    public async Task Simulation_WithFrames_PlaysThemAndShowsItsFigures()
    {
        await using var tab = await site.OpenAsync("/simulation");
        var range = tab.Page.GetByRole(AriaRole.Slider, new PageGetByRoleOptions { Name = "Frame" });
        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "fastest by step" }));
        await tab.Page.WaitForFunctionAsync("() => document.querySelector('.player img')?.naturalWidth > 0");
        Assert.Equal("20", await range.GetAttributeAsync("max"));

        await range.FillAsync("3");
        await tab.SeesAsync("4 / 21");
        await Button(tab, "Play").ClickAsync();

        // A frame is in sight for a twelfth of a second: looked at whenever the page is drawn, none is missed.
        await tab.Page.WaitForFunctionAsync("() => document.querySelector('.player .hint').textContent.startsWith('9 / 21')");
        await Button(tab, "Pause").ClickAsync();
        await tab.LooksRightAsync("simulation");
    }

    [SkippableFact]
    public async Task Grid_NoVolunteersYet_SaysHowToBegin()
    {
        await using var tab = await site.OpenAsync("/grid", prepare: async page =>
        {
            await Answer(page, "statistics", """
                { "jobs": 0, "units": 0, "unitsDone": 0, "unitsAssimilated": 0, "unitsFailed": 0, "unsent": 0, "inProgress": 0, "valid": 0, "invalid": 0, "inconclusive": 0,
                  "tooLate": 0, "errors": 0, "noReply": 0, "abandoned": 0, "hosts": 0, "hostsActive": 0, "volunteers": 0, "credit": 0, "versions": [] }
                """);
            await Answer(page, "leaderboard", """{ "rows": [] }""");
            await Answer(page, "hosts", """{ "hosts": [] }""");
        });

        await tab.SeesAsync("No volunteers yet");
        await tab.LooksRightAsync("grid-empty");
    }

    [SkippableFact]
    public async Task Grid_WithVolunteers_ShowsUnitsHostsAndLeaderboard()
    {
        await using var tab = await site.OpenAsync("/grid");

        await tab.SeesAsync("Ada");
        await DashboardPage.SeesAsync(Row(tab, "Bob"));
        await DashboardPage.SeesAsync(Row(tab, "linux-x64"));
        var valid = JsonDocument.Parse(await (await site.AppAsync()).Http.GetStringAsync(new Uri("api/grid/statistics", UriKind.Relative))).RootElement.GetProperty("valid").GetInt64();
        Assert.True(valid >= 40, $"{valid} of 52 results are valid");
        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = $"{valid} valid" }));
        await tab.LooksRightAsync("grid");
    }

    private static Task Answer(IPage page, string what, string json) =>
        page.RouteAsync($"**/api/grid/{what}*", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = json }));

    [SkippableFact]
    public async Task Stream_WatchedForLong_KeepsNothingThatItShowsNoMore()
    {
        await using var tab = await site.OpenAsync($"/streams/{DashboardData.Stream}", prepare: page => page.Clock.InstallAsync());
        await tab.SeesAsync("Throughput");
        var browser = await tab.Context.NewCDPSessionAsync(tab.Page);
        await browser.SendAsync("Performance.enable");
        await LookAsync(tab, 5);
        var before = await ElementsAsync(browser);

        await LookAsync(tab, 60);

        // Three charts of some forty elements are drawn anew at each look.
        Assert.InRange(await ElementsAsync(browser), 1, before + 1_000);
    }

    private static async Task LookAsync(DashboardPage tab, int times)
    {
        for (var i = 0; i < times; i++)
            await tab.Page.RunAndWaitForResponseAsync(() => tab.Page.Clock.RunForAsync(1_000), response => response.Url.EndsWith("/state", StringComparison.Ordinal));
    }

    // All that the browser holds for the page, whether it is shown or not.
    private static async Task<double> ElementsAsync(ICDPSession browser)
    {
        await browser.SendAsync("HeapProfiler.collectGarbage");
        var metrics = (await browser.SendAsync("Performance.getMetrics"))!.Value.GetProperty("metrics");
        return metrics.EnumerateArray().First(metric => metric.GetProperty("name").GetString() == "Nodes").GetProperty("value").GetDouble();
    }

    private static ILocator Row(DashboardPage tab, string text) => tab.Page.Locator("tbody tr", new PageLocatorOptions { HasText = text }).First;

    private static ILocator Button(DashboardPage tab, string name) => tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = name, Exact = true });
}
