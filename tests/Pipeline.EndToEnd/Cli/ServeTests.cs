using System.Net;
using System.Net.Sockets;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Cli;

public sealed class ServeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-serve-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task Serve_FirstStart_ListsTheFunctionsAndPrintsTheKey()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using var app = await ServedApp.StartAsync(_folder);
        app.Command.Terminate();
        var outcome = (await app.Command.EndAsync()).Expect(0);
        Assert.Matches($@"(?m)^  SubmitJob +\[POST\] {app.Url}api/jobs$", outcome.Out);
        Assert.Contains("Orchestration:", outcome.Out, StringComparison.Ordinal);
        Assert.Contains(app.Key, outcome.Out, StringComparison.Ordinal);
        Assert.Contains($"Dashboard: {app.Url} (asks for a key once)", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("Stopping", outcome.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Serve_CtrlC_EndsInOrderAndFreesTheFolder()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using (var app = await ServedApp.StartAsync(_folder))
        {
            app.Command.Interrupt();
            (await app.Command.EndAsync()).Expect(0);
        }
        (await PipelineCommand.RunAsync(_folder, "jobs")).Expect(0);
    }

    [Fact]
    public async Task Serve_KilledAndStartedAgain_ServesTheSameFolder()
    {
        string key;
        await using (var app = await ServedApp.StartAsync(_folder))
            key = app.Key; // Disposing kills the process.
        await using var again = await ServedApp.StartAsync(_folder);
        Assert.Equal(key, again.Key);
        (await PipelineCommand.RunAsync(_folder, "jobs", "--url", again.Url, "--key", key)).Expect(0);
    }

    [Fact]
    public async Task Serve_PortInUse_SaysSoAndWhatToDo()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var outcome = (await PipelineCommand.RunAsync(_folder, "serve", "--port", $"{port}")).Expect(7);
        Assert.Contains($"Port {port} of 127.0.0.1 is in use", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--port", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_OnAFolderThatIsServed_DrivesThatApp()
    {
        await using var app = await ServedApp.StartAsync(_folder);
        (await PipelineCommand.RunAsync(_folder, "jobs")).Expect(0);
        (await PipelineCommand.RunAsync(_folder, "job", "missing")).Expect(5);
    }

    [Fact]
    public async Task Serve_OnAFolderThatIsServed_SaysWhoServesItAndHowToUseThat()
    {
        await using var app = await ServedApp.StartAsync(_folder);
        var outcome = (await PipelineCommand.RunAsync(_folder, "serve", "--port", "0")).Expect(7);
        Assert.Contains($"({app.Command.ProcessId}) serves the folder", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"--url {app.Url}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_WrongOrNoKey_Exits6()
    {
        await using var app = await ServedApp.StartAsync(_folder);
        Assert.Contains("wants a key", (await PipelineCommand.RunAsync(_folder, "jobs", "--url", app.Url)).Expect(6).Error, StringComparison.Ordinal);
        Assert.Contains("does not accept this key", (await PipelineCommand.RunAsync(_folder, "jobs", "--url", app.Url, "--key", "wrong")).Expect(6).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_NothingServes_Exits7()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var outcome = (await PipelineCommand.RunAsync(_folder, "jobs", "--url", $"http://127.0.0.1:{port}")).Expect(7);
        Assert.Contains("nothing listens there", outcome.Error, StringComparison.Ordinal);
    }
}
