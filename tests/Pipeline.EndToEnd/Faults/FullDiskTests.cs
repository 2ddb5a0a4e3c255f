using System.Net;
using System.Net.Http.Json;
using Pipeline.Batch;
using Pipeline.Jobs;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.Faults;

/// <summary>On a full disk work waits; when there is room again it goes on, and nothing was lost.</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-full-");

    [SkippableFact]
    public async Task TaskHub_DiskFullWhileItWorks_WaitsSaysSoAndGoesOn()
    {
        SmallDisk.RequireSupport();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var disk = new SmallDisk(_folder.CreateSubdirectory("disk").FullName);
        var journal = Path.Combine(_folder.FullName, "journal");
        await using var host = disk.Start(16, HostProcess.Command("Pipeline.EndToEnd", Path.Combine(_folder.FullName, "disk", "root"), journal, "0"));
        using var http = new HttpClient { BaseAddress = new Uri(await host.HearAsync("ready ", limit.Token)), Timeout = Timeout.InfiniteTimeSpan };
        using var begun = await http.PostAsync(new Uri($"begin/{nameof(CrashWorkload.Tree)}/tree", UriKind.Relative), content: null, limit.Token);
        begun.EnsureSuccessStatusCode();

        var filler = disk.Fill(host, leaving: 0);
        await host.SendAsync("100000", limit.Token);
        var complaint = await host.HearAsync("cannot write to its disk", limit.Token);
        output.WriteLine(complaint);
        File.Delete(filler);

        Assert.Equal($"Completed {CrashWorkload.SumOfATree("tree")}", await http.GetStringAsync(new Uri("end/tree", UriKind.Relative), limit.Token));
        Assert.Contains("Free some space", complaint, StringComparison.Ordinal);
        var ran = CrashJournal.Read(journal);
        Assert.Equal(CrashWorkload.ActivitiesOfATree, ran.Count);
        Assert.Equal(ran.Count, ran.Select(run => run.Label).Distinct().Count());
    }

    [SkippableFact]
    public async Task TaskHub_KilledWhileItsDiskIsFull_LosesNothingThatItAcknowledged()
    {
        SmallDisk.RequireSupport();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var disk = new SmallDisk(_folder.CreateSubdirectory("disk").FullName);
        var (root, rescued, journal) = (Path.Combine(_folder.FullName, "disk", "root"), _folder.CreateSubdirectory("rescued").FullName, Path.Combine(_folder.FullName, "journal"));
        await using (var host = disk.Start(16, HostProcess.Command("Pipeline.EndToEnd", root, journal, "0")))
        {
            using var http = new HttpClient { BaseAddress = new Uri(await host.HearAsync("ready ", limit.Token)) };
            using var begun = await http.PostAsync(new Uri($"begin/{nameof(CrashWorkload.Tree)}/tree", UriKind.Relative), content: null, limit.Token);
            begun.EnsureSuccessStatusCode();
            await host.SendAsync("30", limit.Token);
            for (var i = 0; i < 30; i++)
            {
                await host.HearAsync("runs ", limit.Token);
            }

            disk.Fill(host, leaving: 0);
            await host.SendAsync("100000", limit.Token);
            await host.HearAsync("cannot write to its disk", limit.Token);

            // The disk goes with its host; what the host wrote is copied off while both are still there.
            CommittedActivities.CopyStore(Path.Combine(disk.Seen(host), "root"), rescued);
            await host.KillAsync();
        }

        await using var next = HostProcess.Start(HostProcess.Command("Pipeline.EndToEnd", rescued, journal, "1"), _folder.FullName);
        using var again = new HttpClient { BaseAddress = new Uri(await next.HearAsync("ready ", limit.Token)), Timeout = Timeout.InfiniteTimeSpan };
        await next.SendAsync("100000", limit.Token);

        Assert.Equal($"Completed {CrashWorkload.SumOfATree("tree")}", await again.GetStringAsync(new Uri("end/tree", UriKind.Relative), limit.Token));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BatchJob_DiskFullMidWay_EndsWithDuckDbsAnswerWhenThereIsRoomAgain(bool overBlobs)
    {
        SmallDisk.RequireSupport();
        using var sales = new SalesSpecs();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var disk = new SmallDisk(_folder.CreateSubdirectory("disk").FullName);
        var root = Path.Combine(_folder.FullName, "disk", "root");
        await using var store = await HostStore.OpenAsync(overBlobs, root);
        await using var host = ServedHost.Start(root, store, disk, 64);
        using var http = await host.ConnectAsync(() => Path.Combine(disk.Seen(host.Process), "root"), limit.Token);
        await sales.UploadAsync(http, limit.Token);
        const string Query = "select shop, count(*) as n, sum(price) as total from sales group by shop order by shop";
        await http.EnsureSubmittedAsync("job", SalesSpecs.Spec(Query), limit.Token);
        await host.HearBeginAsync(nameof(BatchActivities.RunStageTask), limit.Token);

        var filler = disk.Fill(host.Process, leaving: 0);
        const string Count = "select count(*) as n from sales";
        var other = http.SubmitAsync("other", SalesSpecs.Spec(Count), limit.Token);
        if (!overBlobs)
        {
            using var refused = await other;
            var problem = (await refused.Content.ReadFromJsonAsync<Problem>(Responses.Json, limit.Token))!;
            Assert.Equal((ProblemTypes.StorageFull, 507), (problem.Type, problem.Status));
        }

        await host.Process.HearAsync("cannot write to its disk", limit.Token);

        // Its spec is in a blob, but a job is accepted only when it is in the task hub, which has no room.
        if (overBlobs)
            Assert.False(other.IsCompleted);
        File.Delete(filler);

        Assert.Equal(sales.Answer(Query), await http.RowsAsync("job", limit.Token));
        if (!overBlobs)
            return;
        using var accepted = await other;
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.Equal(sales.Answer(Count), await http.RowsAsync("other", limit.Token));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
