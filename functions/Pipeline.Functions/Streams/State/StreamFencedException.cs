namespace Pipeline.Streams;

/// <summary>Another host owns the partition now; this one drops what it has in memory and changes nothing more.</summary>
public sealed class StreamFencedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StreamFencedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
