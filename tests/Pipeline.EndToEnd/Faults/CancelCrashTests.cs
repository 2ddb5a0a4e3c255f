using System.Net;
using Pipeline.Batch;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A job cancelled mid-way stays cancelled and leaves nothing behind, whatever happens to its host.</summary>
public sealed class CancelCrashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-cancel-");
    private readonly SalesSpecs _sales = new();

    [Fact]
    public async Task Cancel_HostKilledAtOnce_JobStaysCancelledAndItsFilesGo()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var root = _folder.FullName;
        await using (var first = ServedHost.Start(root))
        {
            using var http = await first.ConnectAsync(root, limit.Token);
            await _sales.UploadAsync(http, limit.Token);
            await http.EnsureSubmittedAsync("doomed", SalesSpecs.Spec("select shop, sum(price) as total from sales group by shop"), limit.Token);
            for (var i = 0; i < 20; i++)
            {
                await first.HearBeginAsync(nameof(BatchActivities.RunStageTask), limit.Token);
            }

            using var answer = await http.DeleteAsync(BatchClient.Address("api/jobs/doomed"), limit.Token);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            await first.Process.KillAsync();
        }

        Assert.InRange(Files("doomed").Length, 1, int.MaxValue);
        await using var second = ServedHost.Start(root);
        using var again = await second.ConnectAsync(root, limit.Token);
        Assert.Equal(JobStatus.Canceled, (await again.FindAsync("doomed", limit.Token))!.Status);

        // The clean-up takes the job's files twice: at once, and when no task can be left that writes.
        await second.HearBeginAsync(nameof(JobCleanup.RemoveJobFiles), limit.Token);
        await Fixtures.RunningApp.UntilAsync(() => again.GetStringAsync(BatchClient.Address("api/jobs/doomed"), limit.Token), _ => Files("doomed").Length == 0);
        Assert.DoesNotContain(second.Begun(), begun => begun.Instance.StartsWith("doomed", StringComparison.Ordinal));

        await again.EnsureSubmittedAsync("next", SalesSpecs.Spec("select count(*) as n from sales where file = 1"), limit.Token);
        Assert.Equal(_sales.Answer("select count(*) as n from sales where file = 1"), await again.RowsAsync("next", limit.Token));
    }

    public void Dispose()
    {
        _sales.Dispose();
        _folder.Delete(recursive: true);
    }

    // What a job keeps while it runs, and its result; not its spec and the mark that it was cancelled.
    private string[] Files(string job) =>
    [
        .. ((string[])[JobFiles.Container, JobFiles.Results])
            .Select(container => Path.Combine(_folder.FullName, "store", container, job))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories)),
    ];
}
