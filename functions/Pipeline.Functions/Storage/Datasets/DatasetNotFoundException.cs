namespace Pipeline.Storage;

/// <summary>There is no dataset of that name, or it has no Parquet files.</summary>
public sealed class DatasetNotFoundException : StorageException
{
    /// <summary>Creates the exception.</summary>
    public DatasetNotFoundException(string message) : base(message)
    {
    }
}
