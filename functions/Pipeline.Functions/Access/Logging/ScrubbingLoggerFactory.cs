using Microsoft.Extensions.Logging;

namespace Pipeline.Access;

/// <summary>Makes loggers that keep secrets to themselves, of those of another factory.</summary>
internal sealed class ScrubbingLoggerFactory(ILoggerFactory inner, SecretScrubber scrubber) : ILoggerFactory
{
    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public ILogger CreateLogger(string categoryName) => new ScrubbingLogger(inner.CreateLogger(categoryName), scrubber);

    // The container disposes the inner one.
    public void Dispose()
    {
    }
}
