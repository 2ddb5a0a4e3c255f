namespace Pipeline.Storage;

/// <summary>A file is no whole Parquet file, or one that cannot be read.</summary>
public sealed class CorruptParquetException : StorageException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What is wrong with it, as a sentence without its full stop.</param>
    /// <param name="innerException">What revealed it.</param>
    public CorruptParquetException(string path, string reason, Exception? innerException = null)
        : base($"'{path}' cannot be read as Parquet: {reason}. Write or upload the file again, or delete it.", innerException)
    {
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }
}
