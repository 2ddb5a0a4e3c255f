using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>Files that parameters may name: those of the container <c>datasets</c>.</summary>
public sealed class ProgramInputs(IObjectStore store)
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxBytes = 1L << 30;

    /// <summary>Opens a file.</summary>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="StorageException">It cannot be a file's name, or the file is too large.</exception>
    public async Task<Stream?> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (await store.FindAsync("datasets", path, cancellationToken) is not { } info)
            return null;
        return info.Length <= MaxBytes ? await store.OpenReadAsync("datasets", path, cancellationToken)
            : throw new StorageException($"'{path}' has {ByteSize.Format(info.Length)}; at most {ByteSize.Format(MaxBytes)} are read.");
    }
}
