namespace Pipeline.Streams;

/// <summary>An event hub cannot be reached, or refuses what is asked of it; the message says which and what to do.</summary>
public sealed class EventHubException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public EventHubException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
