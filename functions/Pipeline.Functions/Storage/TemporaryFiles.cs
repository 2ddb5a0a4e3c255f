namespace Pipeline.Storage;

/// <summary>The temporary files of a directory store's writes. Those that a killed process left are removed at first use.</summary>
internal sealed class TemporaryFiles(string directory, TimeProvider time)
{
    // Only a moment passes in which a file of a living writer is not locked: before its first byte and after its last.
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private bool _swept;

    /// <summary>Gives a path for a new file, which goes with the disposal of the result unless it was renamed by then.</summary>
    public Reservation Reserve()
    {
        lock (_gate)
        {
            DurableFolder.Create(directory);
            if (!_swept) Sweep();
            _swept = true;
        }

        return new Reservation(Path.Combine(directory, Guid.NewGuid().ToString("N")));
    }

    private void Sweep()
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc < s_grace) continue;
            try
            {
                // Opening fails while a writer holds the file open.
                using (file.Open(FileMode.Open, FileAccess.Write, FileShare.None))
                    file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    public sealed class Reservation(string path) : IDisposable
    {
        public string Path { get; } = path;

        public void Dispose() => File.Delete(Path);
    }
}
