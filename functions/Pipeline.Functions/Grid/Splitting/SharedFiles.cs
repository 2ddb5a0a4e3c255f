using System.Security.Cryptography;
using Pipeline.Grid.Scheduling;
using Pipeline.Storage;

namespace Pipeline.Grid.Splitting;

/// <summary>The files that units of a job share, copied to where hosts fetch them, named by their content.</summary>
internal sealed class SharedFiles(IObjectStore store)
{
    private const int MaxFiles = 1_000;

    private readonly List<SharedFile> _files = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public IReadOnlyList<SharedFile> All => _files;

    /// <summary>The place of a file of the container <c>datasets</c>.</summary>
    /// <exception cref="InvalidDataException">There is no such file, or there are too many.</exception>
    public async Task<int> PlaceOfAsync(string path, CancellationToken cancellationToken)
    {
        if (_places.TryGetValue(path, out var known))
            return known;
        if (_files.Count == MaxFiles)
            throw new InvalidDataException($"The units share more than {MaxFiles:N0} files. Put what belongs together into one.");
        _files.Add(await PublishAsync(path, cancellationToken));
        return _places[path] = _files.Count - 1;
    }

    // It is written even if it is there: a file that was touched lately is not swept away with the last job that had it.
    private async Task<SharedFile> PublishAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            string sha256;
            await using (var content = await store.OpenReadAsync(DatasetFolders.Container, path, cancellationToken))
                sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
            // What is named by its content must have it: others may be reading a file of that name.
            await using var copied = new VerifiedStream(store, DatasetFolders.Container, [path], sha256);
            var written = await store.WriteAsync(GridFiles.Container, GridFiles.Shared(sha256), copied, WriteCondition.None, cancellationToken);
            return new SharedFile(path, GridFiles.Shared(sha256), written.Length, sha256);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The file '{path}' in the container '{DatasetFolders.Container}' changed while it was copied for volunteers.", e);
        }
        catch (ObjectNotFoundException e)
        {
            throw new InvalidDataException($"There is no file '{path}' in the container '{DatasetFolders.Container}'. Upload it first.", e);
        }
    }
}
