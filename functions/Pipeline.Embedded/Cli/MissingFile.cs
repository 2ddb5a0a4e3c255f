namespace Pipeline.Embedded.Cli;

/// <summary>Says that a file is not there, and which one is probably meant.</summary>
internal static class MissingFile
{
    /// <summary>The fault.</summary>
    /// <param name="detail">What is not there, as a sentence.</param>
    /// <param name="path">Where it was looked for, a full path.</param>
    /// <param name="pattern">What files that would do are called.</param>
    /// <param name="otherwise">What to do where there are none like it.</param>
    public static CliException Of(string detail, string path, string pattern = "*", string? otherwise = null)
    {
        var folder = Path.GetDirectoryName(path);
        return new CliException(CliFault.NotFound(
            detail, Directory.Exists(folder) ? Hint(Path.GetFileName(path), folder, pattern) ?? otherwise : $"There is no folder {folder} either."));
    }

    /// <summary>What of a folder is probably meant; null where nothing useful can be said.</summary>
    public static string? Hint(string given, string folder, string pattern) =>
        NearestName.Hint(given, Directory.EnumerateFileSystemEntries(folder, pattern).Select(f => Path.GetFileName(f)!)) is { Length: > 0 } hint ? hint.TrimStart() : null;
}
