using Microsoft.Extensions.Time.Testing;
using Pipeline.Embedded.Cli.Rendering;
using Pipeline.Jobs;
using Spectre.Console;
using Spectre.Console.Testing;

namespace Pipeline.Tests.Cli;

public sealed class ProgressTests
{
    [Fact]
    public async Task LineProgress_ALabelThatChanges_IsALineAtOnce()
    {
        using var writer = new StringWriter { NewLine = "\n" };
        await new LineProgress(writer, new FakeTimeProvider()).ShowAsync(new ProgressStep("Job", "j1", null), progress =>
        {
            progress.Report(new ProgressStep("scan (1/2)", "0 of 4 tasks", 0));
            progress.Report(new ProgressStep("scan (1/2)", "0 of 4 tasks", 0));
            progress.Report(new ProgressStep("merge (2/2)", "", null));
            return Task.FromResult(true);
        });
        Assert.Equal("Job: j1\nscan (1/2): 0 of 4 tasks\nmerge (2/2)\n", writer.ToString());
    }

    [Fact]
    public async Task LineProgress_ADetailThatChanges_IsAtMostALineASecond()
    {
        var time = new FakeTimeProvider();
        using var writer = new StringWriter { NewLine = "\n" };
        await new LineProgress(writer, time).ShowAsync(new ProgressStep("scan", "0 of 100 tasks", 0), progress =>
        {
            for (var done = 1; done <= 100; done++)
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
                progress.Report(new ProgressStep("scan", $"{done} of 100 tasks", done / 100.0));
            }
            return Task.FromResult(true);
        });
        Assert.Equal("scan: 0 of 100 tasks\nscan: 20 of 100 tasks\nscan: 40 of 100 tasks\nscan: 60 of 100 tasks\nscan: 80 of 100 tasks\nscan: 100 of 100 tasks\n", writer.ToString());
    }

    [Fact]
    public async Task TerminalProgress_AStep_IsDrawnWithLabelShareAndDetail()
    {
        using var console = new TestConsole().Interactive().Width(120);
        console.Profile.Capabilities.Ansi = true;
        var result = await new TerminalProgress(console).ShowAsync(new ProgressStep("Job", "[j1]", null), progress =>
        {
            progress.Report(new ProgressStep("scan (1/2)", "3 of 4 tasks, 1.0 MB read", 0.75));
            return Task.FromResult("rows");
        });
        Assert.Equal("rows", result);
        Assert.StartsWith("Job: [j1]", console.Output, StringComparison.Ordinal);
        Assert.Contains("scan (1/2)", console.Output, StringComparison.Ordinal);
        Assert.Contains("75%", console.Output, StringComparison.Ordinal);
        Assert.Contains("3 of 4 tasks, 1.0 MB read", console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TerminalProgress_WorkThatFails_PassesItsErrorOn()
    {
        using var console = new TestConsole().Interactive();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new TerminalProgress(console).ShowAsync<bool>(new ProgressStep("Job", "", null), _ => throw new InvalidOperationException()));
    }

    [Theory]
    [InlineData(JobStatus.Pending, null, "waiting")]
    [InlineData(JobStatus.Running, null, "starting")]
    [InlineData(JobStatus.Suspended, "scan (1/2)", "suspended: it goes on when resumed")]
    [InlineData(JobStatus.Running, "scan (1/2)", "scan (1/2): 3 of 4 tasks, 1.0 MB read")]
    public void Of_AJob_SaysWhereItStands(JobStatus status, string? stage, string shown)
    {
        var progress = stage is null ? null : new JobProgress("scan", 1, 2, 3, 4, 10, 1024 * 1024);
        Assert.Equal(shown, ProgressStep.Of(new JobView("j1", "batch", "n", status, default, default, progress, null, null)).ToString());
    }

    [Fact]
    public void Of_AJobThatIsPlanned_HasNoShareYet()
    {
        var step = ProgressStep.Of(new JobView("j1", "batch", "n", JobStatus.Running, default, default, new JobProgress("plan"), null, null));
        Assert.Equal(("plan", "", (double?)null), (step.Label, step.Detail, step.Fraction));
    }
}
