namespace Pipeline.Embedded.Hosting;

/// <summary>The host cannot start; the message says why and what to do.</summary>
public sealed class EmbeddedHostException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public EmbeddedHostException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
