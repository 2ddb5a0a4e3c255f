using Pipeline.EndToEnd.Fixtures;
using Pipeline.Tests.Cli;

namespace Pipeline.EndToEnd.Cli;

/// <summary>Ctrl-C, with an app whose answers the test holds back.</summary>
public sealed class InterruptTests : IDisposable
{
    private const string Spec = """{"kind":"batch","name":"long","query":"select 1"}""";
    private const string Running = """{"id":"j1","kind":"batch","name":"long","status":"Running","createdAt":"2026-03-01T10:00:00Z","updatedAt":"2026-03-01T10:00:00Z"}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-interrupt-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Run_CtrlC_CancelsTheJobAndExits130()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using var app = await StartAppAsync();
        app.On("DELETE /api/jobs/j1", "{}", 202);
        await using var run = PipelineCommand.Start(_folder, ["run", "-", "--url", app.Url], Spec);
        await run.ErrorLineAsync("starting");
        run.Interrupt();
        var outcome = (await run.EndAsync()).Expect(130);
        Assert.Contains("job j1 is cancelled", outcome.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Run_CtrlCTwice_QuitsAtOnce()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using var app = await StartAppAsync();
        var (cancelling, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        app.OnRequest = request =>
        {
            if (!request.Line.StartsWith("DELETE", StringComparison.Ordinal))
                return Task.CompletedTask;
            cancelling.SetResult();
            return never.Task;
        };
        try
        {
            await using var run = PipelineCommand.Start(_folder, ["run", "-", "--url", app.Url], Spec);
            await run.ErrorLineAsync("starting");
            run.Interrupt();
            await cancelling.Task;
            run.Interrupt();
            var outcome = (await run.EndAsync()).Expect(130);
            Assert.DoesNotContain("could not be cancelled", outcome.Error, StringComparison.Ordinal);
        }
        finally
        {
            never.SetResult();
        }
    }

    [SkippableFact]
    public async Task JobWatch_CtrlC_LeavesTheJobAlone()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using var app = await StartAppAsync();
        await using var watch = PipelineCommand.Start(_folder, ["job", "j1", "--watch", "--url", app.Url]);
        await watch.ErrorLineAsync("starting");
        watch.Terminate();
        (await watch.EndAsync()).Expect(130);
        Assert.DoesNotContain(app.Requests, r => r.Line.StartsWith("DELETE", StringComparison.Ordinal));
    }

    private static async Task<FakeApp> StartAppAsync() =>
        (await FakeApp.StartAsync()).On("POST /api/jobs", """{"id":"j1","kind":"batch"}""", 202).On("GET /api/jobs/j1", Running);
}
