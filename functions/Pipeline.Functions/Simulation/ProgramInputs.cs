using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>Files that parameters may name: those of the container <c>datasets</c>. Hosts that read them one after another, and again after
/// a failure, must all read the same: so a run notes the versions that it began with, and is refused others.</summary>
/// <param name="store">Where the files are.</param>
/// <param name="versions">The versions to read, by path; null for those that there are.</param>
public sealed class ProgramInputs(IObjectStore store, IReadOnlyDictionary<string, string>? versions = null)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxBytes = 1L << 30;

    private readonly Dictionary<string, string> _opened = new(StringComparer.Ordinal);

    /// <summary>The versions of the files that were opened, by path.</summary>
    internal IReadOnlyDictionary<string, string> Opened => _opened;

    /// <summary>Opens a file.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="StorageException">It cannot be a file's name, the file is too large, or it has changed since the run began.</exception>
    public async Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(DatasetFolders.Container, path, cancellationToken) is not { } info)
            return null;
        if (info.Length > MaxBytes)
            throw new StorageException($"'{path}' has {ByteSize.Format(info.Length)}; at most {ByteSize.Format(MaxBytes)} are read.");
        if (versions is not null && versions.GetValueOrDefault(path) != info.ETag)
            throw new StorageException($"'{path}' has changed since the job began. Submit the job again, and leave its files as they are while it runs.");
        var stream = await store.OpenReadAsync(DatasetFolders.Container, path, cancellationToken);
        // What was opened is what was looked at, if it is still the same behind it.
        if ((await store.FindAsync(DatasetFolders.Container, path, cancellationToken))?.ETag != info.ETag)
        {
            await stream.DisposeAsync();
            throw new StorageException($"'{path}' is being written. Try again when it is there.");
        }
        _opened[path] = info.ETag;
        return stream;
    }
}
