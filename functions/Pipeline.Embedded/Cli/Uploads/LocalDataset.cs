using System.IO.Enumeration;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli.Uploads;

/// <summary>Parquet files on this machine that are, or are to become, one dataset.</summary>
/// <param name="Source">Where they are, as it is shown.</param>
/// <param name="Files">The files, in the order of their paths.</param>
internal sealed record LocalDataset(string Source, IReadOnlyList<LocalDataset.DataFile> Files)
{
    // Nobody nests partitions deeper; it bounds what a folder that was named by mistake costs.
    private const int MaxDepth = 16;

    /// <summary>True for one file that programs read by name: it is no data, and there is nothing to close when it is there.</summary>
    public bool IsFileByName => Files is [var file] && DatasetFolders.IsFileByName(file.Path);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(f => f.Length);

    /// <summary>One file.</summary>
    /// <param name="FullPath">Where it is.</param>
    /// <param name="Path">Its path in the dataset, with <c>/</c> between folders: Hive folders are kept.</param>
    /// <param name="Length">Its bytes.</param>
    internal sealed record DataFile(string FullPath, string Path, long Length);

    /// <summary>Reads what is at a path: a Parquet file, a folder tree of them, or a file that programs read by name.</summary>
    /// <param name="path">A path that the user gave.</param>
    /// <param name="workingFolder">Where it starts from.</param>
    /// <exception cref="CliException">There is nothing, or no Parquet file.</exception>
    public static LocalDataset Read(string path, string workingFolder)
    {
        var full = Path.GetFullPath(path, workingFolder);
        if (File.Exists(full))
        {
            return IsParquet(full) || DatasetFolders.IsFileByName(full)
                ? new LocalDataset(path, [new DataFile(full, Path.GetFileName(full), new FileInfo(full).Length)])
                : throw new CliException(CliFault.InvalidInput($"{path} is not a Parquet file: its name does not end in .parquet.", "Convert it first; DuckDB does so with COPY (FROM 'data.csv') TO 'data.parquet'."));
        }
        if (!Directory.Exists(full))
            throw MissingFile.Of($"There is no file or folder {path}.", full);
        var dataset = ReadFolder(path, full);
        return dataset.Files.Count > 0
            ? dataset
            : throw new CliException(CliFault.InvalidInput($"There is no Parquet file in {path}.", "Files of a dataset end in .parquet; folders named key=value become columns."));
    }

    /// <summary>Looks for a dataset in the <c>data</c> folder beside a spec, or in one of the folders above it.</summary>
    /// <param name="name">The dataset's name, as the spec has it: it must not lead out of the folder.</param>
    /// <param name="folder">The spec's folder.</param>
    /// <param name="workingFolder">What the source is shown relative to.</param>
    /// <returns>The dataset, or null if there is none with at least one Parquet file.</returns>
    public static LocalDataset? Find(string name, string folder, string workingFolder) =>
        Nearby(name, ObjectName.CheckSegment, folder).Where(Directory.Exists).Select(full => ReadFolder(Shown(full, workingFolder), full)).FirstOrDefault(local => local.Files.Count > 0);

    /// <summary>Looks for a file that programs read by name in the <c>data</c> folder beside a spec, or in one of the folders above it.</summary>
    /// <param name="path">The file's path in the app, <c>folder/file</c>: it must not lead out of the folder.</param>
    /// <param name="folder">The spec's folder.</param>
    /// <param name="workingFolder">What the source is shown relative to.</param>
    /// <returns>The file, or null if there is none.</returns>
    public static LocalDataset? FindFile(string path, string folder, string workingFolder) =>
        Nearby(path, ObjectName.CheckPath, folder).FirstOrDefault(File.Exists) is { } full
            ? new LocalDataset(Shown(full, workingFolder), [new DataFile(full, path[(path.IndexOf('/') + 1)..], new FileInfo(full).Length)])
            : null;

    // Where it may be, nearest first; nowhere if the name is none: the app says what is wrong with it.
    private static IEnumerable<string> Nearby(string name, Action<string> check, string folder)
    {
        try
        {
            check(name);
        }
        catch (InvalidObjectNameException)
        {
            yield break;
        }
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
            yield return Path.Combine(parent.FullName, "data", name);
    }

    private static LocalDataset ReadFolder(string shown, string folder)
    {
        var files = new FileSystemEnumerable<DataFile>(
            folder,
            (ref FileSystemEntry entry) =>
            {
                var full = entry.ToFullPath();
                return new DataFile(full, Path.GetRelativePath(folder, full).Replace(Path.DirectorySeparatorChar, '/'), new FileInfo(full).Length);
            },
            new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaxDepth, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && IsParquet(entry.FileName),
            // A link to a folder may lead out of the tree, or round in a circle.
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        return new LocalDataset(shown, files.Where(f => DatasetFolders.IsDataFile($"dataset/{f.Path}")).OrderBy(f => f.Path, StringComparer.Ordinal).ToList());
    }

    private static bool IsParquet(ReadOnlySpan<char> name) => name.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private static string Shown(string full, string workingFolder)
    {
        var relative = Path.GetRelativePath(workingFolder, full);
        return relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
    }
}
