namespace Pipeline.Storage;

/// <summary>Lists the files of a dataset that count, as they were at one moment, whatever a compaction does meanwhile.</summary>
public sealed class DatasetListing(IObjectStore store)
{
    // A compaction changes its marker four times, minutes apart.
    private const int Attempts = 10;

    /// <summary>The data files that count, in ordinal order of their paths.</summary>
    /// <param name="dataset">The dataset's name.</param>
    /// <param name="others">Is told the paths of objects that are no data files, nor hidden; null where nobody wants to know.</param>
    /// <param name="ct">Stops the listing.</param>
    public async Task<IReadOnlyList<ObjectInfo>> ReadAsync(string dataset, Action<string>? others, CancellationToken ct)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var marker = await CompactionFiles.ReadAsync<CompactionMarker>(store, CompactionFiles.Marker(dataset), ct);
            var files = new List<ObjectInfo>();
            var strangers = new List<string>();
            await foreach (var file in store.ListAsync(DatasetFolders.Container, $"{dataset}/", ct))
            {
                if (!DatasetFolders.IsDataFile(file.Path)) strangers.Add(file.Path);
                else if (marker is not { Value: var now } || now.Counts(file.Path)) files.Add(file);
            }

            // A listing takes a while. If files were moved in that time, this one may hold some rows twice, or miss them.
            var after = await store.FindAsync(DatasetFolders.Container, CompactionFiles.Marker(dataset), ct);
            if (after?.ETag != marker?.ETag) continue;
            foreach (var path in strangers.Where(path => !path.Split('/')[1..].Any(DatasetFolders.IsHidden))) others?.Invoke(path);
            return files;
        }

        throw new StorageException($"The files of dataset '{dataset}' were being compacted at each of {Attempts} attempts to list them. Try again.");
    }
}
