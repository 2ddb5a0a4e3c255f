using Pipeline.Embedded.Cli;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Embedded.Volunteer;
using Pipeline.Tests.Grid.Api;
using Pipeline.Tests.Storage;
using Spectre.Console.Testing;
using TaskStatus = Pipeline.Embedded.Volunteer.TaskStatus;

namespace Pipeline.Tests.Cli;

/// <summary>The verb <c>volunteer</c>: what it takes, what it writes, and what it ends with.</summary>
public sealed class VolunteerVerbTests : IDisposable
{
    private static readonly byte[] s_input = [1, 2, 3];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--cpu is a percentage from 1% to 100%; this is '0%'.", "--cpu", "0%")]
    [InlineData("--cpu is a percentage from 1% to 100%; this is 'half'.", "--cpu", "half")]
    [InlineData("--tasks is a whole number from 1 to 256; this is '0'.", "--tasks", "0")]
    [InlineData("--count is a whole number from 1 to 1000000; this is '-1'.", "--count", "-1")]
    [InlineData("--disk is a size from 1MB, such as 2GB; this is '5KB'.", "--disk", "5KB")]
    [InlineData("--project-key is the key's SHA-256, 64 hexadecimal digits", "--project-key", "abc")]
    public async Task Volunteer_WrongOption_SaysWhatItTakes(string said, params string[] options)
    {
        var run = await RunAsync([.. options, "--url", "http://127.0.0.1:9"]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_NobodyToComputeFor_SaysSo()
    {
        var run = await RunAsync([]);
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--url", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_UntilIdle_WritesALineForWhatHappensAndEndsWithZero()
    {
        await using var server = await GridServer.StartAsync();
        var work = await server.Scheduler.AddAsync(server.Store, "u1", s_input);
        var run = await RunAsync(["--url", server.Url.AbsoluteUri, "--until-idle", "--name", "grace"]);

        Assert.Equal(ExitCode.Ok, run.ExitCode);
        Assert.Contains($"{work.ResultId} runs: sum, u1", run.Out, StringComparison.Ordinal);
        Assert.Contains($"{work.ResultId} is reported: accepted", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 reported, 0 failed.", run.Error, StringComparison.Ordinal);
        Assert.Equal(SumApplication.Result(s_input), await server.ResultAsync(work));
        Assert.Contains("grace", await server.Http.GetStringAsync("api/grid/leaderboard"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_Json_WritesADocumentALine()
    {
        await using var server = await GridServer.StartAsync();
        await server.Scheduler.AddAsync(server.Store, "u1", s_input);
        var run = await RunAsync(["--url", server.Url.AbsoluteUri, "--count", "1", "--output", "json"]);

        var events = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("event").GetString());
        Assert.Equal(["registered", "started", "finished", "reported"], events);
    }

    [Fact]
    public async Task Volunteer_AnotherProjectKey_EndsWithSix()
    {
        await using var server = await GridServer.StartAsync();
        var run = await RunAsync(["--url", server.Url.AbsoluteUri, "--project-key", new string('0', 64)]);
        Assert.Equal(ExitCode.Unauthorized, run.ExitCode);
        Assert.Contains("fingerprint", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_FolderInUse_EndsWithSeven()
    {
        using var used = VolunteerFolder.Open(_folder["volunteer"]);
        var run = await RunAsync(["--url", "http://127.0.0.1:9"]);
        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Contains("--folder", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_FolderOfAnotherProject_EndsWithThree()
    {
        await using (var server = await GridServer.StartAsync())
        {
            await server.Scheduler.AddAsync(server.Store, "u1", s_input);
            Assert.Equal(ExitCode.Ok, (await RunAsync(["--url", server.Url.AbsoluteUri, "--count", "1"])).ExitCode);
        }
        var run = await RunAsync(["--url", "http://127.0.0.1:9"]);
        Assert.Equal(ExitCode.InvalidInput, run.ExitCode);
        Assert.Contains("belongs to the project", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Volunteer_KeyP_PausesUntilKeyR()
    {
        await using var server = await GridServer.StartAsync();
        var work = await server.Scheduler.AddAsync(server.Store, "u1", s_input);
        var sum = new SumApplication();
        sum.Allow(1);
        var keys = new Queue<char>("xp");
        // The computation waits for its second step until both keys were pressed.
        var run = RunAsync(["--url", server.Url.AbsoluteUri, "--count", "1"], sum, () =>
        {
            if (keys.TryDequeue(out var key))
            {
                if (key == 'r')
                    sum.Allow(int.MaxValue);
                else if (key == 'p')
                    keys.Enqueue('r');
                return key;
            }
            return null;
        });
        var outcome = await run;
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        Assert.Contains("Paused; r resumes", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Going on", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(SumApplication.Result(s_input), await server.ResultAsync(work));
    }

    [Fact]
    public void Display_InATerminal_ShowsTasksWithTheirShare()
    {
        var settings = new CliSettings(null, null, _folder.Path, OutputFormat.Table, Quiet: false, Verbose: false, Color: false);
        using var output = new StringWriter();
        var context = new CliContext(new CliEnvironment { Out = output, Error = output, OpenInput = () => Stream.Null, WorkingFolder = _folder.Path }, settings);
        using var console = new TestConsole().Width(160);
        console.Write(new VolunteerDisplay(context).Render(new VolunteerStatus("working", 7, 1,
            [new TaskStatus("r-1", "alignment", "reads-[1]", TaskStage.Running, 0.42, 61, DateTimeOffset.UnixEpoch), new TaskStatus("r-2", "signal", "u2", TaskStage.Uploading, 1, 9, DateTimeOffset.UnixEpoch)])));

        Assert.Contains("working · 7 reported, 1 failed", console.Output, StringComparison.Ordinal);
        Assert.Contains("reads-[1]", console.Output, StringComparison.Ordinal);
        Assert.Contains("████░░░░░░ 42", console.Output, StringComparison.Ordinal);
        Assert.Contains("uploading", console.Output, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(string[] options, SumApplication? sum = null, Func<char?>? pressed = null) => CliRun.OfAsync(
        environment => environment with { GridApplications = () => [sum ?? new SumApplication()], PressedKey = pressed, WorkingFolder = _folder.Path },
        ["volunteer", "--folder", "volunteer", .. options]);
}
