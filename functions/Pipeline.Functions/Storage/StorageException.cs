namespace Pipeline.Storage;

/// <summary>Something about stored data stands in the way. The message says what, where, and what to do.</summary>
public class StorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StorageException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
