namespace Pipeline.Storage;

/// <summary>The files below a directory in ordinal order of their paths, as Blob storage lists them.</summary>
internal static class DirectoryListing
{
    /// <summary>Lists the files whose path below a directory, with '/' between its segments, starts with a prefix.</summary>
    public static IEnumerable<(string Path, FileInfo File)> Files(string directory, string prefix, CancellationToken ct)
    {
        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        return Walk(new DirectoryInfo(Path.Combine(directory, folder)), folder, prefix, [], ct);
    }

    private static IEnumerable<(string Path, FileInfo File)> Walk(
        DirectoryInfo directory, string path, string prefix, HashSet<string> links, CancellationToken ct)
    {
        foreach (var (key, entry) in Entries(directory))
        {
            ct.ThrowIfCancellationRequested();
            var entryPath = path + key;
            if (entry is FileInfo file)
            {
                if (entryPath.StartsWith(prefix, StringComparison.Ordinal)) yield return (entryPath, file);
                continue;
            }

            if (!entryPath.StartsWith(prefix, StringComparison.Ordinal) && !prefix.StartsWith(entryPath, StringComparison.Ordinal))
                continue;

            // A linked folder counts as its target's content, but a link back up must not be followed round and round.
            var target = entry.LinkTarget is null ? null : entry.ResolveLinkTarget(returnFinalTarget: true)?.FullName;
            if (target is not null && !links.Add(target)) continue;
            foreach (var found in Walk((DirectoryInfo)entry, entryPath, prefix, links, ct)) yield return found;
            if (target is not null) links.Remove(target);
        }
    }

    // A folder sorts as its name with the '/' that all paths below it have: "a.txt", "a/x", "a0".
    private static List<(string Key, FileSystemInfo Entry)> Entries(DirectoryInfo directory)
    {
        try
        {
            return directory.EnumerateFileSystemInfos()
                .Select(entry => (Key: entry is DirectoryInfo ? entry.Name + "/" : entry.Name, Entry: entry))
                .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                .ToList();
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
