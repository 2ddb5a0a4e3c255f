namespace Pipeline.Benchmarks.Measuring;

/// <summary>A folder that goes when its measurement ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-benchmark-").FullName;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that was just killed may still hold a file; the system's own cleaning of temporary files takes the rest.
        }
    }
}
