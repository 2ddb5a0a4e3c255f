using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Simulation;
using Pipeline.Storage;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A simulation of the real executable, killed at random moments, between and within supersteps: the final field is the same
/// file, byte by byte, as that of an undisturbed run.</summary>
public sealed class SimulationCrashTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 6;

    private const string Spec = """
        { "kind": "simulation", "name": "crash", "program": "shallow-water", "parameters": { "case": 5, "rows": 24, "columns": 48 }, "ranks": 4, "hosts": 2,
          "steps": 1500, "checkpoints": { "steps": 100 }, "outputs": { "every": 500, "fields": true } }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-simulation-");

    [Fact]
    public async Task Job_HostKilledAgainAndAgain_FinalFieldIsTheSameFile()
    {
        var random = new Random(Seeds.Next(output));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        var undisturbed = _folder.CreateSubdirectory("undisturbed").FullName;
        await using (var app = await RunningApp.StartAsync(root: undisturbed))
            await app.ResultAsync(await app.SubmitAsync(Spec.Replace("\"hosts\": 2", "\"hosts\": 1", StringComparison.Ordinal)));

        var root = _folder.CreateSubdirectory("killed").FullName;
        await using var store = await HostStore.OpenAsync(false, root);
        var unfinished = 0;
        for (var life = 0; life < Kills; life++)
        {
            await using var host = ServedHost.Start(root, store);
            using var http = await host.ConnectAsync(root, limit.Token);
            await http.EnsureSubmittedAsync("doomed", Spec, limit.Token);
            // Some legs, or none, and then somewhere within the next.
            var legs = random.Next(3);
            if ((await http.FindAsync("doomed", limit.Token))!.Status != JobStatus.Completed)
            {
                for (var leg = 0; leg < legs; leg++)
                    await await Task.WhenAny(host.HearBeginAsync(nameof(SimulationActivities.RunSupersteps), limit.Token), http.EndAsync("doomed", limit.Token));
            }
            await Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 400), limit.Token);
            if ((await http.FindAsync("doomed", limit.Token))!.Status != JobStatus.Completed)
                unfinished++;
            await host.Process.KillAsync();
        }

        await using var last = ServedHost.Start(root, store);
        using var asking = await last.ConnectAsync(root, limit.Token);
        var job = await asking.EndAsync("doomed", limit.Token);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Status} {job.Error}");
        // The kills came while there was work, or this test would show nothing.
        Assert.True(job.Output!.Statistics["supersteps"] == 1500 && unfinished > Kills / 2, $"Only {unfinished} of {Kills} kills came before the end.");
        output.WriteLine($"{unfinished} of {Kills} kills before the end; {job.Output.Statistics["superstepsComputed"]} supersteps computed for {job.Output.Statistics["supersteps"]}.");

        Assert.Equal(await FinalFieldAsync(undisturbed), await FinalFieldAsync(root));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<byte[]> FinalFieldAsync(string root)
    {
        var store = new DirectoryObjectStore(Path.Combine(root, "store"));
        var file = Assert.Single(await store.ListAsync(JobFiles.Results, "", CancellationToken.None).Where(f => f.Path.EndsWith("superstep=000001500.parquet", StringComparison.Ordinal)).ToListAsync());
        return await File.ReadAllBytesAsync(store.LocalPath(JobFiles.Results, file.Path)!);
    }
}
