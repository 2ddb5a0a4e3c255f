using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.Embedded.Hosting;

/// <summary>
/// A log entry as one line: time, level, category's last name, then the function and its invocation if one is running.
/// </summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "pipeline";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (string.IsNullOrEmpty(message) && logEntry.Exception is null) return;

        textWriter.Write($"{time.GetLocalNow():HH:mm:ss.fff} {Level(logEntry.LogLevel)} ");
        textWriter.Write(logEntry.Category.AsSpan(logEntry.Category.LastIndexOf('.') + 1));
        textWriter.Write(": ");
        scopeProvider?.ForEachScope(WriteScope, textWriter);
        textWriter.WriteLine(message);
        if (logEntry.Exception is not null) textWriter.WriteLine(logEntry.Exception);
    }

    // The server's own scopes (connection, request) would drown the line.
    private static void WriteScope(object? scope, TextWriter writer)
    {
        if (scope is InvocationScope invocation) writer.Write($"[{invocation.FunctionName} {invocation.InvocationId}] ");
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
