using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Cli;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Grid;

/// <summary>The real command, killed while it computes for the real app.</summary>
public sealed class VolunteerCrashTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-volunteer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Volunteer_KilledWhileItComputes_GoesOnFromItsCheckpointToTheSameResult()
    {
        await using var app = await RunningApp.StartAsync();
        await WriteReferenceAsync(app);
        var undisturbed = await app.SubmitAsync(Spec("undisturbed"));
        (await PipelineCommand.RunAsync(_folder, Arguments(app, "one", "--count", "1"))).Expect(0);

        var killed = await app.SubmitAsync(Spec("killed"));
        await using (var victim = PipelineCommand.Start(_folder, Arguments(app, "two", "--checkpoint", "1", "--cpu", "20%")))
        {
            var tasks = Path.Combine(_folder, "two", "tasks");
            await RunningApp.UntilAsync(
                () => Task.FromResult(Directory.Exists(tasks) && Directory.EnumerateFiles(tasks, "checkpoint", SearchOption.AllDirectories).Any()), saved => saved);
        }
        var outcome = (await PipelineCommand.RunAsync(_folder, Arguments(app, "two", "--count", "1"))).Expect(0);
        Assert.Contains("runs from its checkpoint", outcome.Out, StringComparison.Ordinal);

        Assert.Equal(Rows(await app.ResultAsync(undisturbed)), Rows(await app.ResultAsync(killed)));
    }

    [SkippableFact]
    public async Task Volunteer_CtrlC_SavesAndLeavesWith130()
    {
        Requires.That(!OperatingSystem.IsWindows(), "This test sends signals.");
        await using var app = await RunningApp.StartAsync();
        await WriteReferenceAsync(app);
        await app.SubmitAsync(Spec("interrupted"));
        await using var volunteer = PipelineCommand.Start(_folder, Arguments(app, "one", "--cpu", "20%"));
        await volunteer.OutLineAsync("interrupted-");
        volunteer.Interrupt();
        var outcome = (await volunteer.EndAsync()).Expect(130);
        Assert.Contains("the same command goes on with them", outcome.Error, StringComparison.Ordinal);
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_folder, "one", "tasks"), "checkpoint", SearchOption.AllDirectories));
    }

    private static string[] Arguments(RunningApp app, string folder, params string[] more) =>
        ["volunteer", "--url", app.Http.BaseAddress!.AbsoluteUri, "--folder", folder, "--tasks", "1", .. more];

    private static string Spec(string name) =>
        $$$"""
        {"kind":"grid","name":"{{{name}}}","id":"{{{name}}}","application":"alignment","minQuorum":1,"adaptive":false,
         "parameters":{"reference":"test/reference.fasta","readsPerUnit":100,"reads":{"count":100,"length":200,"seed":4} } }
        """;

    private static async Task WriteReferenceAsync(RunningApp app)
    {
        var (random, text) = (new Random(11), new StringBuilder(">reference\n"));
        for (var i = 0; i < 20_000; i++)
            text.Append("ACGT"[random.Next(4)]);
        using var content = new MemoryStream(Encoding.ASCII.GetBytes(text.Append('\n').ToString()));
        await app.Services.GetRequiredService<IObjectStore>().WriteAsync("datasets", "test/reference.fasta", content, WriteCondition.None, CancellationToken.None);
    }

    private static List<string> Rows(JobResult result)
    {
        Assert.Equal(100, result.Rows.Count);
        return [.. result.Rows.Select(row => System.Text.Json.JsonSerializer.Serialize(row, Responses.Json)).Order(StringComparer.Ordinal)];
    }
}
