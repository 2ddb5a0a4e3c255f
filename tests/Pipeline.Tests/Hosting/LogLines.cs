using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Hosting;

/// <summary>Keeps what was logged: level, category, message and the scopes around it.</summary>
internal sealed class LogLines : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<(LogLevel Level, string Category, string Message, IReadOnlyList<string> Scopes)> All { get; } = new();

    /// <summary>Waits until a message with this text has been logged.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        while (true)
        {
            var next = _next;
            if (All.Select(line => line.Message).FirstOrDefault(message => message.Contains(text, StringComparison.Ordinal)) is { } found)
                return found;
            await next.Task;
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => lines._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var scopes = new List<string>();
            lines._scopes.ForEachScope((scope, list) => list.Add(scope?.ToString() ?? ""), scopes);
            lines.All.Enqueue((logLevel, category, formatter(state, exception), scopes));
            Interlocked.Exchange(ref lines._next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }
}
