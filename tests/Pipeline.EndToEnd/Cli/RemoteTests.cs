using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Cli;

/// <summary>Every verb against an app in another process.</summary>
public sealed class RemoteTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-remote-").FullName;
    private ServedApp _app = null!;

    public async Task InitializeAsync() => _app = await ServedApp.StartAsync(_folder);

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Verbs_WithUrlAndKey_DriveTheOtherProcess()
    {
        var upload = (await RunAsync("upload", "samples/data/flights", "flights", "--output", "json")).Expect(0);
        using (var dataset = JsonDocument.Parse(upload.Out))
        {
            Assert.Equal(7, dataset.RootElement.GetProperty("files").GetInt32());
            Assert.True(dataset.RootElement.GetProperty("closed").GetBoolean());
        }

        var id = (await RunAsync("submit", "samples/batch/flights-by-month.json", "--quiet")).Expect(0).Out.Trim();
        var watched = (await RunAsync("job", id, "--watch")).Expect(0);
        Assert.Contains("status    Completed", watched.Out, StringComparison.Ordinal);

        Assert.Contains("│ 2001-01 │", (await RunAsync("result", id)).Expect(0).Out, StringComparison.Ordinal);
        var rows = Path.Combine(_folder, "rows.csv");
        (await RunAsync("result", id, "--save", rows, "--top", "3")).Expect(0);
        Assert.Equal(4, (await File.ReadAllLinesAsync(rows)).Length);

        var jobs = (await RunAsync("jobs", "--status", "completed", "--output", "json")).Expect(0);
        using var page = JsonDocument.Parse(jobs.Out);
        Assert.Equal(id, page.RootElement.GetProperty("jobs")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Verbs_WithTheEnvironment_NeedNoOptions()
    {
        await using var command = PipelineCommand.Start(_folder, ["datasets", "-o", "json"], variables: [("PIPELINE_URL", _app.Url), ("PIPELINE_KEY", _app.Key)]);
        Assert.Equal("[]\n", (await command.EndAsync()).Expect(0).Out);
    }

    [Fact]
    public async Task Cancel_ARunningJob_StopsItAndKeepsItCancelled()
    {
        (await RunAsync("upload", "samples/data/flights", "flights")).Expect(0);
        var spec = Path.Combine(_folder, "long.json");
        await File.WriteAllTextAsync(spec, RunTests.LongSpec);
        var id = (await RunAsync("submit", spec)).Expect(0).Out.Trim();

        await using var watch = PipelineCommand.Start(Repository.Root, ["job", id, "--watch", "--url", _app.Url, "--key", _app.Key]);
        await watch.ErrorLineAsync("scan");
        (await RunAsync("cancel", id)).Expect(0);

        var outcome = (await watch.EndAsync()).Expect(4);
        Assert.Contains($"Job '{id}' is Canceled.", outcome.Error, StringComparison.Ordinal);
        (await RunAsync("result", id)).Expect(8);
    }

    [Fact]
    public async Task Submit_TwoJobsWithOneId_RefusesTheSecond()
    {
        (await RunAsync("upload", "samples/data/airports", "airports")).Expect(0);
        var spec = Path.Combine(_folder, "spec.json");
        await File.WriteAllTextAsync(spec, """{"kind":"batch","name":"count","id":"mine","tables":{"airports":"airports"},"query":"select count(*) as n from airports"}""");
        (await RunAsync("submit", spec, "--wait")).Expect(0);
        var second = (await RunAsync("submit", spec)).Expect(8);
        Assert.Contains("'mine'", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyVerb_NoSuchJob_Exits5()
    {
        (await RunAsync("job", "nope")).Expect(5);
        (await RunAsync("result", "nope")).Expect(5);
        (await RunAsync("cancel", "nope")).Expect(5);
    }

    private Task<PipelineCommand.Outcome> RunAsync(params string[] args) => PipelineCommand.RunAsync(Repository.Root, [.. args, "--url", _app.Url, "--key", _app.Key]);
}
