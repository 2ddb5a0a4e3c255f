using Microsoft.Extensions.Logging;

namespace Pipeline.Access;

/// <summary>Logs what another logger would, without the secrets.</summary>
internal sealed class ScrubbingLogger(ILogger inner, SecretScrubber scrubber) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
            return;
        var message = formatter(state, exception);
        var clean = scrubber.Scrub(message);
        var problem = exception is null ? null : Scrub(exception);
        if (ReferenceEquals(clean, message) && ReferenceEquals(problem, exception))
            inner.Log(logLevel, eventId, state, exception, formatter);
        else
            inner.Log(logLevel, eventId, ScrubbedState.Of(state, clean, scrubber), problem, static (scrubbed, _) => scrubbed.ToString());
    }

    private Exception Scrub(Exception exception)
    {
        var text = exception.ToString();
        var clean = scrubber.Scrub(text);
        return ReferenceEquals(clean, text) ? exception : new ScrubbedException(clean);
    }
}
