using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class DirectoryObjectStoreTests : ObjectStoreContract, IDisposable
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly TemporaryFolder _folder = new();

    public DirectoryObjectStoreTests() => Store = new DirectoryObjectStore(_folder.Path);

    protected override IObjectStore Store { get; }

    protected override IObjectStore OtherStore() => new DirectoryObjectStore(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task LocalPath_ObjectExists_IsAFileWithItsContent()
    {
        Assert.Null(Store.LocalPath(Container, "a/b"));
        await WriteAsync("a/b", "hello");

        Assert.Equal("hello", await File.ReadAllTextAsync(Store.LocalPath(Container, "a/b")!));
    }

    [Fact]
    public async Task Write_ClockStandsStillOrGoesBack_ChangesTheETag()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        var first = await WriteWithClockAsync(time.GetUtcNow());
        var second = await WriteWithClockAsync(time.GetUtcNow());
        var third = await WriteWithClockAsync(time.GetUtcNow() - TimeSpan.FromDays(1));
        var fourth = await WriteWithClockAsync(time.GetUtcNow());

        Assert.Equal(4, new[] { first, second, third, fourth }.Distinct().Count());

        async Task<string> WriteWithClockAsync(DateTimeOffset now)
        {
            var store = new DirectoryObjectStore(_folder.Path, new FakeTimeProvider(now));
            return (await store.WriteAsync(Container, "a", Bytes("x"), WriteCondition.None, s_ct)).ETag;
        }
    }

    [Fact]
    public async Task Find_FileChangedByOtherMeans_ChangesTheETag()
    {
        var written = await WriteAsync("a", "one");
        await File.AppendAllTextAsync(_folder[Container, "a"], "!");

        var found = await Store.FindAsync(Container, "a", s_ct);
        Assert.NotEqual(written.ETag, found!.ETag);
        Assert.Equal(4, found.Length);
    }

    [Fact]
    public async Task Write_ManyAtOnceIntoANewRoot_AllSucceed()
    {
        for (var round = 0; round < 200; round++)
        {
            var store = new DirectoryObjectStore(_folder[$"root-{round}"]);
            using var together = new Barrier(4);
            await Task.WhenAll(Enumerable.Range(0, together.ParticipantCount).Select(i => Task.Run(async () =>
            {
                together.SignalAndWait(s_ct);
                await store.WriteAsync(Container, $"folder-{i}/x", Bytes("x"), WriteCondition.None, s_ct);
            }, s_ct)));
        }
    }

    [Fact]
    public async Task List_WhileAWriteIsUnderWay_ShowsNoTemporaryFile()
    {
        using var content = new GatedStream();
        var writing = Store.WriteAsync(Container, "slow", content, WriteCondition.None, s_ct);
        await content.FirstRead;

        Assert.Empty(await ListAsync(""));
        Assert.Single(TemporaryFiles());
        content.Release();
        await writing;
        Assert.Equal(["slow"], await ListAsync(""));
        Assert.Empty(TemporaryFiles());
    }

    [Fact]
    public async Task FirstWrite_FilesLeftByAKilledProcess_RemovesThemButNoLivingWritersFile()
    {
        await WriteAsync("a", "x");
        var left = _folder[".store", "temp", "left"];
        var living = _folder[".store", "temp", "living"];
        await File.WriteAllTextAsync(left, "half a wri");
        await using var held = new FileStream(living, FileMode.CreateNew, FileAccess.Write, FileShare.None);

        var later = new FakeTimeProvider(DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
        await new DirectoryObjectStore(_folder.Path, later).WriteAsync(Container, "b", Bytes("y"), WriteCondition.None, s_ct);

        Assert.False(File.Exists(left));
        Assert.True(File.Exists(living));
    }

    [SkippableFact]
    public async Task Write_DiskFull_SaysSoAndLeavesTheOldVersion()
    {
        Skip.IfNot(File.Exists("/dev/full"), "this system has no /dev/full to stand for a full disk");
        var old = await WriteAsync("a", "old");
        var store = new DirectoryObjectStore(_folder.Path)
        {
            CreateFile = _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0),
        };

        var e = await Assert.ThrowsAsync<StorageFullException>(
            () => store.WriteAsync(Container, "a", Bytes("new"), WriteCondition.None, s_ct));

        Assert.Contains($"'a' in container '{Container}' could not be written", e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, e.Message, StringComparison.Ordinal);
        Assert.Equal(old, await Store.FindAsync(Container, "a", s_ct));
    }

    [Fact]
    public async Task Write_ObjectBelowAnotherObject_SaysThatAFileSystemCannot()
    {
        await WriteAsync("a", "file");
        var below = await Assert.ThrowsAsync<InvalidObjectNameException>(() => WriteAsync("a/b/c", "x"));
        Assert.Contains("'a' is an object there, not a folder", below.Message, StringComparison.Ordinal);

        await WriteAsync("d/e", "x");
        var above = await Assert.ThrowsAsync<InvalidObjectNameException>(() => WriteAsync("d", "x"));
        Assert.Contains("it is a folder there", above.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_LastObjectOfAFolder_RemovesTheFolderButNotTheContainer()
    {
        await WriteAsync("a/b/c", "x");
        await WriteAsync("a/d", "x");

        await Store.DeleteAsync(Container, "a/b/c", s_ct);
        Assert.False(Directory.Exists(_folder[Container, "a", "b"]));
        await Store.DeleteAsync(Container, "a/d", s_ct);
        Assert.True(Directory.Exists(_folder[Container]));
        Assert.Empty(Directory.GetFileSystemEntries(_folder[Container]));
    }

    [Fact]
    public async Task WriteAndDelete_OfTheSameFolderAtOnce_NeverFail()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (var round = 0; round < 30; round++)
            {
                await OtherStore().WriteAsync(Container, $"x/y/{i}", Bytes("x"), WriteCondition.None, s_ct);
                Assert.True(await OtherStore().DeleteAsync(Container, $"x/y/{i}", s_ct));
            }
        })));

        Assert.Empty(await ListAsync(""));
    }

    [SkippableFact]
    public async Task List_LinkedFolder_ShowsItsFilesAndFollowsNoCircle()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need a privilege on Windows");
        using var elsewhere = new TemporaryFolder();
        await File.WriteAllTextAsync(elsewhere["part.parquet"], "12345");
        Directory.CreateSymbolicLink(elsewhere["back"], elsewhere.Path);
        Directory.CreateDirectory(_folder[Container]);
        Directory.CreateSymbolicLink(_folder[Container, "linked"], elsewhere.Path);
        File.CreateSymbolicLink(_folder[Container, "one"], elsewhere["part.parquet"]);

        var listed = await Store.ListAsync(Container, "", s_ct).Select(o => (o.Path, o.Length)).ToListAsync();
        Assert.Equal([("linked/part.parquet", 5L), ("one", 5L)], listed);
    }

    private string[] TemporaryFiles() => Directory.GetFiles(_folder[".store", "temp"]);

    /// <summary>Gives its bytes only when told to.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task FirstRead => _read.Task;

        public void Release() => _gate.SetResult();

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            _read.TrySetResult();
            await _gate.Task;
            await destination.WriteAsync("slow"u8.ToArray(), cancellationToken);
        }
    }
}
