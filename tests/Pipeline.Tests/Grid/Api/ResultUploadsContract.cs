using Pipeline.Grid;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Uploads;
using Pipeline.Grid.Wire;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>Uploads resume wherever they are cut, end whole or not at all, and never hold more than they may, whatever store is beneath.</summary>
public abstract class ResultUploadsContract
{
    private static readonly HostKey s_host = new("v1", "h1");
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private static int s_next;

    private readonly Assignment _work = new(
        $"r{Interlocked.Increment(ref s_next)}-{Guid.NewGuid():N}", "j1", "u1", new ApplicationVersion("sum", 1), "inputs/j1/u1", new string('a', 64), [], DateTimeOffset.MaxValue, 1, 1, 1, MaxResultBytes: 10_000);

    private readonly TestScheduler _scheduler = new();

    protected ResultUploadsContract() => _scheduler.Give(s_host, _work);

    protected abstract IObjectStore Store { get; }

    /// <summary>Places at which an upload of 40 bytes is cut.</summary>
    protected abstract IEnumerable<int> Cuts { get; }

    [SkippableFact]
    public async Task Upload_CutAtAnyByte_ResumesFromThere()
    {
        var content = Content(40);
        foreach (var cut in Cuts)
        {
            // Another instance of the app every time: nothing is remembered but in the store.
            var cutOff = await Assert.ThrowsAsync<UploadRefusedException>(() => New().PutAsync(s_host, _work, Hash(content), new UploadRange(0, 40, 40), new BrokenBody(content, cut), s_ct));
            Assert.Equal(cut, cutOff.Offset);
            Assert.Equal(new UploadState(_work.ResultId, cut, false), await New().StateAsync(_work, Hash(content), s_ct));

            var again = await Assert.ThrowsAsync<UploadRefusedException>(
                () => New().PutAsync(s_host, _work, Hash(content), new UploadRange(cut, 40 - cut, 40), new BrokenBody(content[cut..], Math.Min(2, 39 - cut)), s_ct));
            var from = (int)again.Offset!.Value;
            Assert.Equal(new UploadState(_work.ResultId, 40, true), await PutAsync(content, from, 40 - from));

            Assert.Equal(content, await ResultAsync());
            Assert.Empty(await PartsAsync());
            Assert.Equal(new UploadState(_work.ResultId, 40, true), await New().StateAsync(_work, Hash(content), s_ct));
            await Store.DeleteAsync(GridFiles.Container, GridFiles.Result(_work.JobId, _work.ResultId), s_ct);
        }
    }

    [SkippableFact]
    public async Task Upload_ManyParts_AreJoinedInOrder()
    {
        var content = Content(1_000);
        for (var from = 0; from < 1_000; from += 300)
            Assert.Equal(from + 300 >= 1_000, (await PutAsync(content, from, Math.Min(300, 1_000 - from))).Complete);
        Assert.Equal(content, await ResultAsync());
    }

    [SkippableFact]
    public async Task Upload_PartThatDoesNotFollow_IsToldWhereToGoOn()
    {
        var content = Content(100);
        await PutAsync(content, 0, 30);
        foreach (var from in new[] { 0, 10, 31, 60 })
        {
            var e = await Assert.ThrowsAsync<UploadRefusedException>(() => PutAsync(content, from, 20));
            Assert.Equal((409, 30L), (e.Status, e.Offset));
        }
        Assert.True((await PutAsync(content, 30, 70)).Complete);
    }

    [SkippableFact]
    public async Task Upload_SamePartTwiceAtOnce_IsTakenOnce()
    {
        var content = Content(100);
        var attempts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            try
            {
                await PutAsync(content, 0, 50);
                return true;
            }
            catch (UploadRefusedException e) when (e.Status == 409)
            {
                return false;
            }
        })));
        Assert.Single(attempts, taken => taken);
        Assert.True((await PutAsync(content, 50, 50)).Complete);
        Assert.Equal(content, await ResultAsync());
    }

    [SkippableFact]
    public async Task Upload_WrongChecksum_LeavesNothing()
    {
        var (content, sha256) = (Content(100), Hash([1]));
        var whole = await Assert.ThrowsAsync<UploadRefusedException>(() => New().PutAsync(s_host, _work, sha256, new UploadRange(0, 100, 100), new MemoryStream(content), s_ct));
        Assert.Equal((400, 0L), (whole.Status, whole.Offset));

        await New().PutAsync(s_host, _work, sha256, new UploadRange(0, 60, 100), new MemoryStream(content[..60]), s_ct);
        var joined = await Assert.ThrowsAsync<UploadRefusedException>(() => New().PutAsync(s_host, _work, sha256, new UploadRange(60, 40, 100), new MemoryStream(content[60..]), s_ct));
        Assert.Equal((400, 0L), (joined.Status, joined.Offset));
        Assert.Null(await ResultAsync());
        Assert.Empty(await PartsAsync());
    }

    [SkippableFact]
    public async Task Upload_AnotherFileThanTheOneBegun_BeginsAnewAndDropsTheFormer()
    {
        var (first, second) = (Content(100), Content(80));
        await PutAsync(first, 0, 50);
        await PutAsync(second, 0, 40);
        Assert.Equal(0, (await New().StateAsync(_work, Hash(first), s_ct)).Offset);
        Assert.True((await PutAsync(second, 40, 40)).Complete);
        Assert.Equal(second, await ResultAsync());
        Assert.Empty(await PartsAsync());
    }

    [SkippableTheory]
    [InlineData(0, 100, 10_001)]
    [InlineData(0, ResultUploads.MaxPartBytes + 1, ResultUploads.MaxPartBytes + 1)]
    public async Task Upload_TooLarge_IsRefusedBeforeAByteIsRead(long from, long length, long total)
    {
        var e = await Assert.ThrowsAsync<UploadRefusedException>(() => New().PutAsync(s_host, _work, Hash([1]), new UploadRange(from, length, total), new BrokenBody([1], breaksAfter: 0), s_ct));
        Assert.Equal(413, e.Status);
    }

    [SkippableFact]
    public async Task Upload_MoreBytesThanAnnounced_KeepsNone()
    {
        var content = Content(100);
        var e = await Assert.ThrowsAsync<UploadRefusedException>(() => New().PutAsync(s_host, _work, Hash(content), new UploadRange(0, 50, 100), new MemoryStream(content), s_ct));
        Assert.Equal((400, 0L), (e.Status, e.Offset));
        Assert.Empty(await PartsAsync());
    }

    [SkippableFact]
    public async Task Upload_ReportedMeanwhile_ChangesNothing()
    {
        var content = Content(100);
        await PutAsync(content, 0, 50);
        _scheduler.Abort(_work.ResultId);
        var e = await Assert.ThrowsAsync<UploadRefusedException>(() => PutAsync(content, 50, 50));
        Assert.Equal(404, e.Status);
        Assert.Null(await ResultAsync());
    }

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        return content;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));

    private ResultUploads New() => new(Store, _scheduler, TimeProvider.System);

    private Task<UploadState> PutAsync(byte[] content, int from, int length) =>
        New().PutAsync(s_host, _work, Hash(content), new UploadRange(from, length, content.Length), new MemoryStream(content, from, length), s_ct);

    private Task<byte[]?> ResultAsync() => Store.TryReadAllAsync(GridFiles.Container, GridFiles.Result(_work.JobId, _work.ResultId), s_ct);

    private async Task<List<ObjectInfo>> PartsAsync() => await Store.ListAsync(GridFiles.Container, $"uploads/{_work.JobId}/{_work.ResultId}/", s_ct).ToListAsync();
}
