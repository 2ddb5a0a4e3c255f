namespace Pipeline.Embedded.Volunteer;

/// <summary>The server cannot be reached, fails, or has too much to do: trying again later may help.</summary>
/// <param name="message">What happened.</param>
/// <param name="retryAfter">When the server wants to be asked again; null where it did not say.</param>
/// <param name="inner">What it was.</param>
internal sealed class ServerAwayException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
