using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>The Markdown files of the repository, in the order in which somebody might read them.</summary>
internal static class Documents
{
    private static readonly string[] s_notSources = ["bin", "obj", "node_modules", "TestResults", ".git", ".pipeline"];

    // First the front door, then what is there to try, then the depths.
    private static readonly string[] s_order = ["README.md", "samples/", "infra/", "functions/"];

    public static IReadOnlyList<string> All { get; } =
    [
        .. Below(new DirectoryInfo(Repository.Root)).Select(file => Path.GetRelativePath(Repository.Root, file.FullName).Replace('\\', '/'))
            .OrderBy(file => Array.FindIndex(s_order, start => file.StartsWith(start, StringComparison.Ordinal)) is >= 0 and var place ? place : s_order.Length)
            .ThenBy(file => file, StringComparer.Ordinal),
    ];

    public static IReadOnlyList<MarkdownBlock> Blocks { get; } = [.. All.SelectMany(file => MarkdownBlock.Read(file, Text(file)))];

    public static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static IEnumerable<FileInfo> Below(DirectoryInfo folder) => folder.EnumerateFiles("*.md")
        .Concat(folder.EnumerateDirectories().Where(child => !s_notSources.Contains(child.Name) && child.LinkTarget is null).SelectMany(Below));
}
