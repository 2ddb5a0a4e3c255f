using System.Globalization;

namespace Pipeline.Storage;

/// <summary>
/// Objects as ordinary files: <c>{root}/{container}/{path}</c>. Files put there by other means are objects too. Any number of
/// threads, stores and processes may share a root on one machine.
/// </summary>
/// <remarks>
/// <para>A write goes to a temporary file, is flushed to the disk and renamed into place. <c>{root}/.store</c> holds the
/// temporary files and the locks; no container can have that name.</para>
/// <para>Unlike Blob storage, a file system has no object below another (<c>a</c> and <c>a/b</c>), and some of them take names
/// that differ only in case for one.</para>
/// </remarks>
public sealed class DirectoryObjectStore : IObjectStore
{
    private readonly TimeProvider _time;
    private readonly TemporaryFiles _temporary;
    private readonly FileLocks _locks;

    /// <summary>Creates a store over a directory, which need not exist yet.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="timeProvider">The clock that stamps versions; by default the system's.</param>
    public DirectoryObjectStore(string root, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        Root = Path.GetFullPath(root);
        _time = timeProvider ?? TimeProvider.System;
        _temporary = new TemporaryFiles(Path.Combine(Root, ".store", "temp"), _time);
        _locks = new FileLocks(Path.Combine(Root, ".store", "locks"));
    }

    /// <summary>The directory, as a full path.</summary>
    public string Root { get; }

    /// <summary>Makes a temporary file's stream; tests put a full disk here.</summary>
    internal Func<string, Stream> CreateFile { get; init; } =
        file => new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

    /// <inheritdoc/>
    public Task<ObjectInfo?> FindAsync(string container, string path, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Find(container, path, FileOf(container, path)));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string container, string prefix, CancellationToken ct)
    {
        ObjectName.CheckContainer(container);
        ObjectName.CheckPrefix(prefix);
        return DirectoryListing.Files(Path.Combine(Root, container), prefix, ct)
            .Select(found => InfoOf(container, found.Path, found.File))
            .OfType<ObjectInfo>()
            .ToAsyncEnumerable();
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string container, string path, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var file = FileOf(container, path);
        return Task.FromResult(Open<Stream>(container, path, file, static f => new FileStream(f, new FileStreamOptions
        {
            Share = FileShare.ReadWrite | FileShare.Delete,
            Options = FileOptions.Asynchronous,
        })));
    }

    /// <inheritdoc/>
    public async Task<int> ReadRangeAsync(
        string container, string path, long offset, Memory<byte> buffer, string? ifMatch, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ct.ThrowIfCancellationRequested();
        var file = FileOf(container, path);
        using var handle = Open(container, path, file, static f => File.OpenHandle(
            f, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.Asynchronous));

        // The handle stays on one version whatever is renamed over the path, so this check holds for what is read below.
        if (ifMatch is not null && ETagOf(File.GetLastWriteTimeUtc(handle), RandomAccess.GetLength(handle)) != ifMatch)
            throw ConditionFailedException.Changed(container, path);

        var done = 0;
        while (done < buffer.Length)
        {
            var read = await RandomAccess.ReadAsync(handle, buffer[done..], offset + done, ct);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    /// <inheritdoc/>
    public async Task<ObjectInfo> WriteAsync(
        string container, string path, Stream content, WriteCondition condition, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(content);
        var file = FileOf(container, path);
        // A condition that fails already need not wait for the upload.
        Check(condition, container, path, Find(container, path, file));
        try
        {
            using var temporary = _temporary.Reserve();
            var stream = CreateFile(temporary.Path);
            await using (stream.ConfigureAwait(false))
            {
                await content.CopyToAsync(stream, ct);
                if (stream is FileStream onDisk) onDisk.Flush(flushToDisk: true);
            }

            using (await _locks.AcquireAsync($"{container}/{path}", ct))
                return Commit(temporary.Path, container, path, file, condition);
        }
        catch (IOException e) when (StorageFullException.IsDiskFull(e))
        {
            throw new StorageFullException($"'{path}' in container '{container}'", $"the disk of '{Root}'", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageException(
                $"'{path}' in container '{container}' could not be written: access to '{Root}' was denied. Give this user the right to write there.", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string container, string path, CancellationToken ct)
    {
        var file = FileOf(container, path);
        if (!File.Exists(file)) return false;
        using (await _locks.AcquireAsync($"{container}/{path}", ct))
        {
            if (!File.Exists(file)) return false;
            File.Delete(file);
            DurableFolder.Flush(Path.GetDirectoryName(file)!);
            DurableFolder.RemoveEmpty(Path.GetDirectoryName(file)!, upTo: Path.Combine(Root, container));
            return true;
        }
    }

    /// <inheritdoc/>
    public string? LocalPath(string container, string path)
    {
        var file = FileOf(container, path);
        return File.Exists(file) ? file : null;
    }

    private string FileOf(string container, string path)
    {
        ObjectName.CheckContainer(container);
        ObjectName.CheckPath(path);
        return Path.Combine(Root, container, path.Replace('/', Path.DirectorySeparatorChar));
    }

    private ObjectInfo Commit(string temporary, string container, string path, string file, WriteCondition condition)
    {
        if (Directory.Exists(file))
            throw new InvalidObjectNameException(
                $"'{path}' cannot name an object in container '{container}': it is a folder there, with objects below it.");

        while (true)
        {
            MakeFolder(container, path, Path.GetDirectoryName(file)!);
            var previous = Find(container, path, file);
            Check(condition, container, path, previous);
            Stamp(temporary, previous);
            var written = InfoOf(container, path, new FileInfo(temporary))!;
            // Between its making and the renaming, the folder may go with the last object of another writer: made again.
            if (!DurableFolder.TryRename(temporary, file)) continue;
            DurableFolder.Flush(Path.GetDirectoryName(file)!);
            return written;
        }
    }

    private void MakeFolder(string container, string path, string folder)
    {
        try
        {
            DurableFolder.Create(folder);
        }
        catch (IOException e) when (!StorageFullException.IsDiskFull(e) && !Directory.Exists(folder))
        {
            var parent = Path.GetDirectoryName(path.Replace('/', Path.DirectorySeparatorChar));
            for (; !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
            {
                if (File.Exists(Path.Combine(Root, container, parent)))
                    throw new InvalidObjectNameException(
                        $"'{path}' cannot name an object in container '{container}': '{parent}' is an object there, not a folder.");
            }

            throw;
        }
    }

    // A version's name is its time and length. Time alone is not enough: two writes can share a tick of the clock, and the
    // clock can be set back. So each version is stamped later than the one that it replaces, under the object's lock.
    private void Stamp(string temporary, ObjectInfo? previous)
    {
        var stamp = _time.GetUtcNow().UtcDateTime;
        var floor = previous?.LastModified.UtcDateTime ?? DateTime.MinValue;
        if (stamp <= floor) stamp = floor.AddTicks(1);
        // Some file systems round to microseconds or even seconds: step further until the new time is kept as a later one.
        for (var step = TimeSpan.FromMicroseconds(1); ; step *= 10)
        {
            File.SetLastWriteTimeUtc(temporary, stamp);
            if (previous is null || File.GetLastWriteTimeUtc(temporary) > floor || step > TimeSpan.FromMinutes(1)) return;
            stamp = floor + step;
        }
    }

    private static void Check(WriteCondition condition, string container, string path, ObjectInfo? current)
    {
        var holds = condition.MustBeAbsent
            ? current is null
            : condition.ETag is null || condition.ETag == current?.ETag;
        if (!holds) throw ConditionFailedException.Of(condition, container, path);
    }

    private static ObjectInfo? Find(string container, string path, string file) => InfoOf(container, path, new FileInfo(file));

    private static ObjectInfo? InfoOf(string container, string path, FileInfo file)
    {
        try
        {
            if (file.LinkTarget is not null) file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            if (!file.Exists) return null;
            var modified = file.LastWriteTimeUtc;
            return new ObjectInfo(container, path, file.Length, ETagOf(modified, file.Length), modified);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static string ETagOf(DateTime modified, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"{modified.Ticks:x}-{length:x}");

    private static T Open<T>(string container, string path, string file, Func<string, T> open)
    {
        try
        {
            return open(file);
        }
        // Not found is not found, even if the file appears before one can look again.
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || (e is UnauthorizedAccessException or IOException && !File.Exists(file)))
        {
            throw new ObjectNotFoundException(container, path, e);
        }
    }
}
