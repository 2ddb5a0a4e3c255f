using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The page about the HTTP API, as a person sees it.</summary>
[Collection(DashboardTests.Name)]
public sealed class ApiDocsPageTests(DashboardSite site)
{
    [SkippableFact]
    public async Task Docs_AnOperation_IsFoundReadAndTried()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "API", Exact = true }).ClickAsync();
        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "HTTP API" }));

        await tab.Page.GetByLabel("Find an operation").FillAsync("ListDatasets");
        Assert.Equal(1, await tab.Page.Locator(".operation:visible").CountAsync());
        // By keyboard alone: an operation is opened as any other thing that opens.
        await tab.Page.Locator("#ListDatasets > summary").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.SeesAsync("Wants a key with the role reader");
        await DashboardPage.SeesAsync(tab.Page.Locator("#ListDatasets").GetByText("unauthenticated"));
        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Send GET" }).ClickAsync();

        await DashboardPage.SeesAsync(tab.Page.GetByText("200 OK"));
        await DashboardPage.SeesAsync(tab.Page.Locator("#ListDatasets pre").GetByText("\"sales\""));
        await tab.LooksRightAsync("api-docs");
    }

    [SkippableFact]
    public async Task Docs_WhatASpecMayHave_OpensToItsDepths()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.Page.GotoAsync(new Uri(new Uri(tab.Page.Url), "/api/docs#specs").ToString());

        await tab.Page.GetByText("TrainingSpec: A training job").ClickAsync();
        await tab.SeesAsync("What it makes small");
        var optimizer = tab.Page.Locator("#specs .fields > li").Filter(new LocatorFilterOptions { Has = tab.Page.Locator(":scope > .name", new PageLocatorOptions { HasTextString = "optimizer" }) });
        await optimizer.GetByText("Its fields").First.ClickAsync();

        await tab.SeesAsync("When type is sgd");
        await tab.LooksRightAsync("api-docs-spec");
    }

    [SkippableFact]
    public async Task Docs_TheAddressOfAProblem_ShowsIt()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.Page.GotoAsync(new Uri(new Uri(tab.Page.Url), "/api/docs#problem-data-policy").ToString());

        await DashboardPage.SeesAsync(tab.Page.Locator("#problem-data-policy").GetByText("Run the job where the data may be"));
        await Assertions.Expect(tab.Page.Locator("#problem-data-policy")).ToBeInViewportAsync();
    }
}
