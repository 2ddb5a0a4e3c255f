using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.EndToEnd.Faults;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Streams;

/// <summary>Compaction while batch jobs read, and while its host is killed: every job sees every row once.</summary>
public sealed class CompactionTests : IDisposable
{
    private static readonly Uri s_compact = BatchClient.Address("api/datasets/bars/compact");

    private static readonly (string, string) s_grace = ("PipelineCompactionGrace", "200ms");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-compaction-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Compact_WhileJobsReadTheDataset_EveryJobSeesEveryRowOnce()
    {
        await using var app = await RunningApp.StartAsync(settings: new Dictionary<string, string?> { ["PipelineCompactionGrace"] = "8s" });
        await SmallFiles.UploadAsync(app.Http, default);
        using var started = await app.Http.PostAsync(s_compact, null);
        var status = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("statusQueryGetUri").GetString()!;

        var (jobs, seen) = (0, new HashSet<int>());
        do
        {
            jobs++;
            Assert.Equal(SmallFiles.Answer, Row(await app.RunAsync(SmallFiles.Job)));
            seen.Add((await DatasetAsync(app.Http)).Files);
        }
        while (await StateAsync(status) is "Pending" or "Running");

        Assert.True(jobs > 1);
        Assert.Equal("Completed", await StateAsync(status));
        Assert.Equal(SmallFiles.Answer, Row(await app.RunAsync(SmallFiles.Job)));
        Assert.Equal(2, (await DatasetAsync(app.Http)).Files);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(app.Root, "store", "datasets", "bars"), "*.parquet", SearchOption.AllDirectories).Length);
    }

    [SkippableTheory]
    [InlineData("BeginCompaction", false)]
    [InlineData("WriteCompacted", false)]
    [InlineData("SwitchCompaction", false)]
    [InlineData("FinishCompaction", false)]
    [InlineData("WriteCompacted", true)]
    public async Task Compact_ItsHostIsKilledInAStep_TheNextHostEndsIt(string activity, bool overBlobs)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using var store = await HostStore.OpenAsync(overBlobs, _folder.FullName);
        await using (var first = ServedHost.Start(_folder.FullName, store, s_grace))
        {
            using var http = await first.ConnectAsync(_folder.FullName, limit.Token);
            await SmallFiles.UploadAsync(http, limit.Token);
            using var started = await http.PostAsync(s_compact, null, limit.Token);
            await first.HearBeginAsync(activity, limit.Token);
            await first.Process.KillAsync();
        }

        await using var second = ServedHost.Start(_folder.FullName, store, s_grace);
        using var again = await second.ConnectAsync(_folder.FullName, limit.Token);
        await again.EnsureSubmittedAsync("during", SmallFiles.Job, limit.Token);
        Assert.Equal([SmallFiles.Answer], await again.RowsAsync("during", limit.Token));
        await RunningApp.UntilAsync(() => DatasetAsync(again), dataset => dataset.Files == 2);
        await again.EnsureSubmittedAsync("after", SmallFiles.Job, limit.Token);
        Assert.Equal([SmallFiles.Answer], await again.RowsAsync("after", limit.Token));
    }

    private static string Row(JobResult result) => string.Join(", ", result.Rows.Single().EnumerateArray().Select(value => value.GetRawText()));

    private static async Task<DatasetView> DatasetAsync(HttpClient http) => (await http.GetFromJsonAsync<DatasetView[]>("api/datasets", Responses.Json))!.Single(d => d.Name == "bars");

    // The address carries a key of its own.
    private static async Task<string?> StateAsync(string status)
    {
        using var http = new HttpClient();
        return (await http.GetFromJsonAsync<JsonElement>(status)).GetProperty("runtimeStatus").GetString();
    }
}
