namespace Pipeline.Benchmarks.Measuring;

/// <summary>The samples of the repository that this program was built from.</summary>
internal static class SamplesFolder
{
    /// <summary>The path of something below <c>samples</c>.</summary>
    public static string Find(params string[] parts)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var samples = Path.Combine(directory.FullName, "samples");
            if (Directory.Exists(samples))
                return Path.Combine([samples, .. parts]);
        }
        throw new BenchmarkException("The samples folder of the repository stands nowhere above this program; run it from where it was built.");
    }
}
