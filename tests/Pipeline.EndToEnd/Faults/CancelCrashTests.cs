using System.Net;
using Pipeline.Batch;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Faults;

/// <summary>A job cancelled mid-way stays cancelled and leaves nothing behind, whatever happens to its host.</summary>
public sealed class CancelCrashTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-cancel-");
    private readonly SalesSpecs _sales = new();

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_HostKilledAtOnce_JobStaysCancelledAndItsFilesGo(bool overBlobs)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var root = _folder.FullName;
        await using var store = await HostStore.OpenAsync(overBlobs, root);
        await using (var first = ServedHost.Start(root, store))
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

        Assert.NotEmpty(await FilesAsync());
        await using var second = ServedHost.Start(root, store);
        using var again = await second.ConnectAsync(root, limit.Token);
        Assert.Equal(JobStatus.Canceled, (await again.FindAsync("doomed", limit.Token))!.Status);

        // The clean-up takes the job's files twice: at once, and when no task can be left that writes.
        await second.HearBeginAsync(nameof(JobCleanup.RemoveJobFiles), limit.Token);
        await Fixtures.RunningApp.UntilAsync(FilesAsync, files => files.Count == 0);
        Assert.DoesNotContain(second.Begun(), begun => begun.Instance.StartsWith("doomed", StringComparison.Ordinal));

        await again.EnsureSubmittedAsync("next", SalesSpecs.Spec("select count(*) as n from sales where file = 1"), limit.Token);
        Assert.Equal(_sales.Answer("select count(*) as n from sales where file = 1"), await again.RowsAsync("next", limit.Token));

        // Nor does anything of the job come back later.
        Assert.Empty(await FilesAsync());
        Assert.Equal(JobStatus.Canceled, (await again.FindAsync("doomed", limit.Token))!.Status);

        // What a job keeps while it runs, and its result; not its spec and the mark that it was cancelled.
        async Task<IReadOnlyList<string>> FilesAsync() => await new[] { JobFiles.Container, JobFiles.Results }.ToAsyncEnumerable()
            .SelectMany(container => store.Objects.ListAsync(container, "doomed/", limit.Token))
            .Select(found => found.Path)
            .Where(path => path.EndsWith(".parquet", StringComparison.Ordinal))
            .ToListAsync(limit.Token);
    }

    public void Dispose()
    {
        _sales.Dispose();
        _folder.Delete(recursive: true);
    }
}
