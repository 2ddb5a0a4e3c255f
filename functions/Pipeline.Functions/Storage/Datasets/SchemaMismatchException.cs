namespace Pipeline.Storage;

/// <summary>The files of a dataset do not have the same columns.</summary>
public sealed class SchemaMismatchException : StorageException
{
    /// <summary>Creates the exception.</summary>
    public SchemaMismatchException(string message) : base(message)
    {
    }
}
