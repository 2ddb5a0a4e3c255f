using System.Text.RegularExpressions;

namespace Pipeline.Storage;

/// <summary>Where datasets are: <c>datasets/{name}/…/*.parquet</c>, and which of the objects there are their files.</summary>
public static partial class DatasetFolders
{
    /// <summary>The container of all datasets.</summary>
    public const string Container = "datasets";

    /// <summary>The object that ends an upload: when it is written, all files are there.</summary>
    public const string SuccessMarker = "_SUCCESS";

    /// <summary>What the names of data files end with.</summary>
    public const string Extension = ".parquet";

    // Files that applications and programs read by name.
    private static readonly string[] s_filesByName = [".fasta", ".mtx", ".wav"];

    /// <summary>Whether a file may lie beside the data of a dataset, for programs that read it by name: <c>.fasta</c>, <c>.mtx</c>, <c>.wav</c>.</summary>
    /// <param name="path">The file's path or name.</param>
    public static bool IsFileByName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return s_filesByName.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether an object is a data file of its dataset: files and folders that start with '_' or '.' are not, unless they
    /// are partition folders.</summary>
    /// <param name="path">The object's path in the container.</param>
    public static bool IsDataFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var segments = path.Split('/');
        return segments.Length > 1 && path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
            && !IsHidden(segments[^1]) && !segments[1..^1].Any(folder => IsHidden(folder) && !HivePartition.IsPartition(folder));
    }

    /// <summary>Whether an object is part of an upload: a data file or the marker that ends one. What streams write is none, as it never ends, and
    /// neither is what compaction makes of that.</summary>
    /// <param name="path">The object's path in the container.</param>
    public static bool IsUploaded(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith($"/{SuccessMarker}", StringComparison.Ordinal) || (IsDataFile(path) && !Streamed().IsMatch(path) && !CompactionFiles.IsCompacted(path));
    }

    [GeneratedRegex(@"\.(?:input|shuffle)-[0-9]{1,5}\.[0-9]{8}T[0-9]{6,12}Z-[0-9]{8}T[0-9]{6,12}Z(?:\.[0-9]{1,9}-[0-9]{12,18})?\.parquet$")]
    private static partial Regex Streamed();

    internal static bool IsHidden(string name) => name[0] is '_' or '.';
}
