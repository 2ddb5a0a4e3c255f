namespace Pipeline.Storage;

/// <summary>A name that no store takes: see <see cref="ObjectName"/> for the rules.</summary>
public sealed class InvalidObjectNameException : StorageException
{
    /// <summary>Creates the exception.</summary>
    public InvalidObjectNameException(string message) : base(message)
    {
    }
}
