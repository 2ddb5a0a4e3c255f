using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// A hint that something below a folder of a directory store has changed, so that triggers need not wait for their next look.
/// Where the system gives none (it runs out of watches, or a network drive has no such thing), the looks alone find all.
/// </summary>
internal sealed class DirectoryWatch : IDisposable
{
    private readonly string _folder;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private FileSystemWatcher? _watcher;

    private DirectoryWatch(string folder) => _folder = folder;

    /// <summary>A watch of the folder where a pattern's paths are; null if the store is not a directory.</summary>
    public static DirectoryWatch? Of(IObjectStore store, BlobPathPattern pattern)
    {
        if (store is not DirectoryObjectStore directory) return null;
        var folder = pattern.Prefix[..(pattern.Prefix.LastIndexOf('/') + 1)];
        return new DirectoryWatch(Path.Combine(directory.Root, pattern.Container, folder.Replace('/', Path.DirectorySeparatorChar)));
    }

    /// <summary>Begins to watch, also again: a store removes a folder with its last object, and the watch goes with it.</summary>
    public void Arm()
    {
        if (_watcher is not null && Directory.Exists(_folder)) return;
        _watcher?.Dispose();
        _watcher = null;
        try
        {
            Directory.CreateDirectory(_folder);
            _watcher = new FileSystemWatcher(_folder) { IncludeSubdirectories = true };
            _watcher.Created += (_, _) => Signal();
            _watcher.Changed += (_, _) => Signal();
            _watcher.Renamed += (_, _) => Signal();
            _watcher.Error += (_, _) => Signal();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>Makes a waiter look.</summary>
    public void Signal()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // A look is due already, or nobody looks any more.
        }
    }

    /// <summary>Waits for a change since the last one waited for.</summary>
    public Task ChangedAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);

    public void Dispose()
    {
        _watcher?.Dispose();
        _changed.Dispose();
    }
}
