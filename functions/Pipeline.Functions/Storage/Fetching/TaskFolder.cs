namespace Pipeline.Storage;

/// <summary>A folder for the temporary files of one task, on the local disk. It goes with its disposal.</summary>
/// <remarks>
/// All folders of a process are in one folder of its own below the system's temporary folder, in which it holds a file open. A
/// process that was killed leaves its folder behind; the next one sees by that file that nobody uses it any more, and removes it.
/// </remarks>
public sealed class TaskFolder : IDisposable
{
    private const string Prefix = "pipeline-tasks-";
    private const string LockFile = ".in-use";

    private static readonly Home s_home = new(System.IO.Path.GetTempPath());

    static TaskFolder() => AppDomain.CurrentDomain.ProcessExit += (_, _) => s_home.Remove();

    private TaskFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes an empty folder. The first call in a process also removes what killed processes left.</summary>
    /// <exception cref="StorageFullException">The disk is full.</exception>
    public static TaskFolder Create() => s_home.Create();

    /// <summary>The path of a file in the folder, which this does not make.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Removes the folder and all in it.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another program looks into it (Windows). It goes with the leftovers at the next start.
        }
    }

    /// <summary>The folder of a process.</summary>
    internal sealed class Home(string parent, TimeProvider? time = null) : IDisposable
    {
        // Time for a starting process to open its file.
        private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

        private readonly Lock _gate = new();
        private FileStream? _inUse;
        private string? _path;

        public TaskFolder Create()
        {
            try
            {
                return new TaskFolder(Directory.CreateDirectory(System.IO.Path.Combine(Open(), Guid.NewGuid().ToString("N"))).FullName);
            }
            catch (IOException e) when (StorageFullException.IsDiskFull(e))
            {
                throw new StorageFullException("A task's temporary folder", $"the disk of '{parent}'", e);
            }
        }

        /// <summary>Removes the folder with all tasks' folders in it.</summary>
        public void Remove()
        {
            Dispose();
            if (_path is null) return;
            using var all = new TaskFolder(_path);
        }

        public void Dispose() => _inUse?.Dispose();

        // Made when it is first needed; and again where somebody has tidied the temporary folder up, as some systems do by themselves.
        private string Open()
        {
            lock (_gate)
            {
                if (_path is null || !System.IO.File.Exists(System.IO.Path.Combine(_path, LockFile)))
                {
                    _inUse?.Dispose();
                    RemoveLeftovers(parent, (time ?? TimeProvider.System).GetUtcNow());
                    (_path, _inUse) = Make(parent);
                }

                return _path;
            }
        }

        private static (string Path, FileStream InUse) Make(string parent)
        {
            for (var attempt = 1; ; attempt++)
            {
                var path = System.IO.Path.Combine(parent, Prefix + Guid.NewGuid().ToString("N"));
                // Nobody else may look into it.
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                try
                {
                    return (path, Hold(path, FileMode.CreateNew));
                }
                catch (IOException e) when (attempt < 10 && !StorageFullException.IsDiskFull(e))
                {
                    // In the moment between the file's making and its locking, another process that starts took the folder for a
                    // leftover. It is that one's now, to be removed.
                }
            }
        }

        private static void RemoveLeftovers(string parent, DateTimeOffset now)
        {
            foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
            {
                try
                {
                    if (now - Directory.GetLastWriteTimeUtc(folder) < s_grace && !System.IO.File.Exists(System.IO.Path.Combine(folder, LockFile))) continue;
                    // Fails while its process lives.
                    using (Hold(folder, FileMode.OpenOrCreate)) Directory.Delete(folder, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                }
            }
        }

        private static FileStream Hold(string folder, FileMode mode) =>
            new(System.IO.Path.Combine(folder, LockFile), mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }
}
