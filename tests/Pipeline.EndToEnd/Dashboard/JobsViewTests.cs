using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Dashboard;

/// <summary>Jobs, as a person sees them.</summary>
[Collection(DashboardTests.Name)]
public sealed class JobsViewTests(DashboardSite site)
{
    [SkippableFact]
    public async Task Jobs_SomeThere_ShowsNamesAndHowTheyStand()
    {
        await using var tab = await site.OpenAsync("/jobs");

        await tab.SeesAsync("sales-by-month");
        await tab.SeesAsync("bad-prices");
        await DashboardPage.SeesAsync(tab.Page.Locator(".list-row .pill.good").First);
        await DashboardPage.SeesAsync(tab.Page.Locator(".list-row .pill.bad").First);
        await tab.LooksRightAsync("jobs");
    }

    [SkippableFact]
    public async Task Jobs_FilteredByStatus_ShowsThoseAlone()
    {
        await using var tab = await site.OpenAsync("/jobs");
        await tab.SeesAsync("sales-by-month");

        await tab.Page.GetByLabel("Status").SelectOptionAsync("Failed");

        await tab.Page.Locator(".list-row", new PageLocatorOptions { HasText = "sales-by-month" }).First.WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        await tab.SeesAsync("bad-prices");
        Assert.Contains("status=Failed", tab.Page.Url, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Jobs_TenThousand_ScrollsWithNoMoreRowsThanAreInSight()
    {
        await using var tab = await site.OpenAsync("/jobs", prepare: page => page.RouteAsync("**/api/jobs?*", ManyJobs.AnswerAsync));
        await tab.SeesAsync("job 9999");
        var body = tab.Page.Locator(".list-body");

        await body.EvaluateAsync("""
            async body => {
              for (let i = 0; i < 5000 && !body.querySelector('[href$="many-00000"]'); i++) {
                body.scrollTop += 4500;
                await new Promise(requestAnimationFrame);
              }
            }
            """);

        await tab.SeesAsync("job 0");
        Assert.InRange(await tab.Page.Locator(".list-row").CountAsync(), 5, 60);
    }

    [SkippableFact]
    public async Task Job_Completed_ShowsPlanWithItsTasksAndRows()
    {
        await using var tab = await site.OpenAsync($"/jobs/{(await site.DataAsync()).Batch}");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "sales-by-month" }));
        await DashboardPage.SeesAsync(tab.Page.Locator(".dag .node.good").Last);
        await tab.SeesAsync("2024-08");
        await tab.SeesAsync("Slowest tasks");
        await tab.LooksRightAsync("job");
    }

    [SkippableFact]
    public async Task Job_DownloadAsCsv_GivesAllRows()
    {
        await using var tab = await site.OpenAsync($"/jobs/{(await site.DataAsync()).Batch}");

        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Download CSV" }).ClickAsync());

        var lines = (await File.ReadAllLinesAsync(await download.PathAsync())).ToList();
        Assert.Equal("sales-by-month.csv", download.SuggestedFilename);
        Assert.Equal("month,sales,revenue", lines[0]);
        Assert.Equal(1 + DashboardData.Months, lines.Count);
    }

    [SkippableFact]
    public async Task Job_ShownAsChart_DrawsTheRows()
    {
        await using var tab = await site.OpenAsync($"/jobs/{(await site.DataAsync()).Batch}");

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Chart" }).ClickAsync();

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Img, new PageGetByRoleOptions { Name = "sales by month" }));
        await tab.AccessibleAsync();
    }

    [SkippableFact]
    public async Task Job_Failed_SaysWhyAndWhatToDo()
    {
        await using var tab = await site.OpenAsync($"/jobs/{(await site.DataAsync()).Failed}");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Alert).GetByText("a-shop").Or(tab.Page.GetByRole(AriaRole.Alert).GetByText("-shop")).First);
        await tab.LooksRightAsync("job-failed");
    }

    [SkippableFact]
    public async Task Job_RunAgain_IsAnotherJobWithTheSameSpec()
    {
        var data = await site.DataAsync();
        await using var tab = await site.OpenAsync($"/jobs/{data.Batch}");

        await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Run again" }).ClickAsync();

        await tab.Page.WaitForURLAsync(url => url.Contains("#/jobs/", StringComparison.Ordinal) && !url.EndsWith(data.Batch, StringComparison.Ordinal));
        await tab.SeesAsync("2024-08");
    }

    [SkippableFact]
    public async Task Job_WhoseSpecHasComments_ShowsThemAndCanBeEditedAsNew()
    {
        var app = await site.AppAsync();
        var id = await app.SubmitAsync("""
            {
              "kind": "batch", "name": "commented", "tables": { "sales": "sales" },
              // No shop sells for less than nothing.
              "query": "select count(*) as n from sales where price > 0",
            }
            """);
        await using var tab = await site.OpenAsync($"/jobs/{id}");

        await tab.Page.GetByText("Spec, as it was sent").ClickAsync();
        await tab.SeesAsync("// No shop sells for less than nothing.");
        await tab.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Edit as new" }).ClickAsync();

        await tab.SeesAsync("Valid");
        Assert.Contains("// No shop sells", await tab.Page.GetByLabel("Spec (JSON").InputValueAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task NewJob_StartedTwiceAtOnce_IsOneJob()
    {
        await using var tab = await site.OpenAsync("/jobs/new");
        var starts = 0;
        tab.Page.Request += (_, request) => starts += request.Method == "POST" && request.Url.EndsWith("/api/jobs", StringComparison.Ordinal) ? 1 : 0;
        var editor = tab.Page.GetByLabel("Spec (JSON");
        await editor.FillAsync("""{ "kind": "batch", "name": "once", "tables": { "sales": "sales" }, "query": "select count(*) as n from sales" }""");
        await tab.SeesAsync("Valid");

        await editor.EvaluateAsync("""
            editor => { for (let i = 0; i < 2; i++) editor.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true })); }
            """);

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "once" }));
        Assert.Equal(1, starts);
    }

    [SkippableTheory]
    [InlineData("/jobs/%", "There is no such job")] // no encoding of anything
    [InlineData("/jobs/constructor", "There is no such job")] // a word that every object of JavaScript knows
    public async Task Job_AddressThatNothingHas_SaysSo(string address, string said)
    {
        await using var tab = await site.OpenAsync(address);

        await tab.SeesAsync(said);
    }

    [SkippableFact]
    public async Task NewJob_TwoFaults_AreShownAtTheirPlacesAndOnceMendedTheJobStarts()
    {
        await using var tab = await site.OpenAsync("/jobs/new");
        var editor = tab.Page.GetByLabel("Spec (JSON");

        await editor.FillAsync("""
            {
              "kind": "batch",
              "name": "typed",
              "tables": { "sales": "salse" },
              "query": "select count(*) as n from sales",
              "optoins": {}
            }
            """);

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "/optoins · line 6" }));
        await tab.LooksRightAsync("new-job");
        Assert.True(await tab.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Start the job" }).IsDisabledAsync());

        await editor.FillAsync("""{ "kind": "batch", "name": "typed", "tables": { "sales": "sales" }, "query": "select count(*) as n from sales" }""");
        await tab.SeesAsync("Valid");
        await editor.PressAsync("Control+Enter");

        await DashboardPage.SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "typed" }));
        await DashboardPage.SeesAsync(tab.Page.Locator(".pill.good").First);
    }
}
