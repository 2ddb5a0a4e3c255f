namespace Pipeline.Tests.Architecture;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotSources = ["bin", "obj", "node_modules", "TestResults", ".git", ".pipeline", ".vs", ".idea", ".vscode"];

    public static string Root { get; } = FindRoot();

    /// <summary>Files that belong to the repository, as paths below its root with forward slashes.</summary>
    public static IEnumerable<string> Files(params string[] extensions) => Below(new DirectoryInfo(Root))
        .Where(file => extensions.Length == 0 || extensions.Contains(file.Extension))
        .Select(file => Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<FileInfo> Below(DirectoryInfo directory) => directory.EnumerateFiles()
        .Concat(directory.EnumerateDirectories()
            .Where(child => !NotSources.Contains(child.Name) && child.LinkTarget is null)
            .SelectMany(Below));

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Pipeline.sln")))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException($"Pipeline.sln stands in no folder above {AppContext.BaseDirectory}; run the tests from where they were built.");
    }
}
