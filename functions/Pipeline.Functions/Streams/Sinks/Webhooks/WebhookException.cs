namespace Pipeline.Streams;

/// <summary>A receiver has not taken a call. Nothing is lost: it is called again, and the stream waits for it.</summary>
public sealed class WebhookException : Exception
{
    /// <summary>Creates the exception.</summary>
    public WebhookException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
