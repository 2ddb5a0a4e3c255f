namespace Pipeline.Storage;

/// <summary>Something about stored data stands in the way. The message says what, where, and what to do.</summary>
public class StorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StorageException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }

    /// <summary>True when what stands in the way may pass, so that another try may succeed: a full disk, an account that does not answer.</summary>
    public bool MayHeal { get; internal init; }
}
