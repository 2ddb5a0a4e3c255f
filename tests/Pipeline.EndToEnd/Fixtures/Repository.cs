namespace Pipeline.EndToEnd.Fixtures;

/// <summary>The folder that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder of Pipeline.sln.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"There is no Pipeline.sln above {AppContext.BaseDirectory}.");
    }
}
