namespace Pipeline.Tests.Cli;

public sealed class GlobalOptionsTests
{
    [Fact]
    public async Task Url_FromTheEnvironment_IsUsedWithItsKey()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/jobs/j1", Json.Completed);
        var run = await CliRun.OfAsync(e => e with { Variable = name => name switch { "PIPELINE_URL" => app.Url, "PIPELINE_KEY" => "secret", _ => null } }, "job", "j1");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("secret", Assert.Single(app.Requests).Key);
    }

    [Fact]
    public async Task Url_OnTheCommandLine_WinsOverTheEnvironment()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/jobs/j1", Json.Completed);
        var run = await CliRun.OfAsync(
            e => e with { Variable = name => name switch { "PIPELINE_URL" => "http://127.0.0.1:1", "PIPELINE_KEY" => "old", _ => null } },
            "job", "j1", "--url", app.Url, "--key", "new");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("new", Assert.Single(app.Requests).Key);
    }

    [Fact]
    public async Task Url_WithAPath_IsKeptInFrontOfTheRoutes()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /team/pipeline/api/jobs/j1", Json.Completed);
        var run = await CliRun.OfAsync("job", "j1", "--url", app.Url + "/team/pipeline");
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Url_FromTheEnvironmentThatIsNone_SaysWhereItComesFrom()
    {
        var run = await CliRun.OfAsync(e => e with { Variable = name => name == "PIPELINE_URL" ? "here" : null }, "jobs");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("error: PIPELINE_URL must be an address", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_ToAnotherMachineWithoutEncryption_IsWarnedOf()
    {
        // The name is reserved (RFC 2606): there is no such host.
        var run = await CliRun.OfAsync("jobs", "--url", "http://pipeline.invalid", "--key", "secret");
        Assert.Equal(7, run.ExitCode);
        Assert.StartsWith("The key goes to http://pipeline.invalid/ unencrypted", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_LeavesTheAnswerAlone()
    {
        await using var app = await FakeApp.StartAsync();
        app.On("GET /api/datasets", "[]").On("POST /api/jobs", Json.Accepted, 202)
            .On("GET /api/jobs/j1", Json.Completed).On("GET /api/jobs/j1/result?top=100000", Json.Result);
        var run = await CliRun.OfAsync(e => e with { OpenInput = () => CliRun.Text(Json.Spec) }, "run", "-", "--quiet", "--output", "csv", "--url", app.Url);
        Assert.Empty(run.Error);
        Assert.Equal("month,flights\r\n2001-01,476311\r\n2001-02,\r\n", run.Out);
    }
}
