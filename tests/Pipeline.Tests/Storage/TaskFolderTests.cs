using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public sealed class TaskFolderTests : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    public void Dispose() => _parent.Dispose();

    [Fact]
    public void Create_Folder_IsEmptyAndGoesWithItsDisposal()
    {
        string path;
        using (var folder = TaskFolder.Create())
        {
            path = folder.Path;
            Assert.Empty(Directory.GetFileSystemEntries(path));
            File.WriteAllText(folder.File("part.parquet"), "x");
            Directory.CreateDirectory(folder.File("sub"));
        }

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void Create_Twice_GivesTwoFolders()
    {
        using var one = TaskFolder.Create();
        using var two = TaskFolder.Create();

        Assert.NotEqual(one.Path, two.Path);
    }

    [Fact]
    public void Dispose_FolderGoneAlready_IsQuiet()
    {
        var folder = TaskFolder.Create();
        Directory.Delete(folder.Path);

        folder.Dispose();
    }

    [Fact]
    public void Remove_AtTheEndOfAProcess_LeavesNothing()
    {
        using var home = new TaskFolder.Home(_parent.Path);
        File.WriteAllText(home.Create().File("part.parquet"), "x");

        home.Remove();

        Assert.Empty(Directory.GetFileSystemEntries(_parent.Path));
    }

    [Fact]
    public void Start_FoldersOfAKilledProcess_RemovesThemButNoneInUse()
    {
        using var living = new TaskFolder.Home(_parent.Path);
        var inUse = living.Create();
        string left;
        using (var killed = new TaskFolder.Home(_parent.Path))
        {
            left = killed.Create().Path;
            File.WriteAllText(Path.Combine(left, "part.parquet"), "x");
        }

        Directory.CreateDirectory(_parent["somebody-elses"]);
        using var next = new TaskFolder.Home(_parent.Path);
        next.Create();

        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(inUse.Path));
        Assert.True(Directory.Exists(_parent["somebody-elses"]));
        Assert.Equal(3, Directory.GetDirectories(_parent.Path).Length);
    }

    [Fact]
    public void Start_FolderThatIsJustBeingMade_IsLeftForAMinute()
    {
        var making = _parent["pipeline-tasks-new"];
        Directory.CreateDirectory(making);

        using var now = new TaskFolder.Home(_parent.Path);
        now.Create();
        Assert.True(Directory.Exists(making));
        using var later = new TaskFolder.Home(_parent.Path, new FakeTimeProvider(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(2)));
        later.Create();
        Assert.False(Directory.Exists(making));
    }

    [Fact]
    public void Create_FailedOnce_SucceedsWhenItsCauseHasGone()
    {
        using var home = new TaskFolder.Home(_parent["disk"]);
        Assert.Throws<DirectoryNotFoundException>(home.Create);

        Directory.CreateDirectory(_parent["disk"]);

        Assert.True(Directory.Exists(home.Create().Path));
    }

    [SkippableFact]
    public void Create_TemporaryFolderTidiedUpMeanwhile_IsForItsUserOnlyAndNoLeftover()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not delete what is open");
        using var home = new TaskFolder.Home(_parent.Path);
        Directory.Delete(Path.GetDirectoryName(home.Create().Path)!, recursive: true);

        var folder = home.Create();
        using var next = new TaskFolder.Home(_parent.Path, new FakeTimeProvider(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(2)));
        next.Create();

        Assert.True(Directory.Exists(folder.Path));
        AssertForItsUserOnly(folder);
    }

    [Fact]
    public void Start_ManyAtOnce_NoneTakesAnothersNewFolderForALeftover() =>
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            for (var i = 0; i < 200; i++)
            {
                using var home = new TaskFolder.Home(_parent.Path);
                Assert.True(Directory.Exists(home.Create().Path));
                home.Remove();
            }
        });

    [SkippableFact]
    public void Start_Folder_IsForItsUserOnly()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has other rights");
        using var home = new TaskFolder.Home(_parent.Path);

        AssertForItsUserOnly(home.Create());
    }

    private static void AssertForItsUserOnly(TaskFolder folder)
    {
        if (OperatingSystem.IsWindows()) return; // for the compiler
        var mode = File.GetUnixFileMode(Path.GetDirectoryName(folder.Path)!);
        Assert.Equal(UnixFileMode.None, mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }
}
