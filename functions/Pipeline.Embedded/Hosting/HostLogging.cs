using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Pipeline.Access;

namespace Pipeline.Embedded.Hosting;

/// <summary>What is logged and where to.</summary>
internal static class HostLogging
{
    public static void Add(ILoggingBuilder logging, EmbeddedHostOptions options, HostSettings settings)
    {
        logging.Services.ScrubLogs();
        // The server's own account of each request is for debugging the server.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning);
        // Why the server cannot start comes back as an answer, without a trace.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConfiguration(settings.Logging);
        if (options.LogLevel is { } level) logging.Services.PostConfigure<LoggerFilterOptions>(filter => HoldTo(level, filter));
        if (options.Logging is not null)
        {
            options.Logging(logging);
            return;
        }

        // Standard output belongs to results.
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = LineFormatter.FormatterName);
    }

    // The most specific rule wins, so that each of them has to hold to the level.
    private static void HoldTo(LogLevel level, LoggerFilterOptions filter)
    {
        var rules = filter.Rules.ToList();
        filter.MinLevel = level;
        filter.Rules.Clear();
        foreach (var rule in rules.Where(rule => rule.CategoryName is not null))
        {
            var raised = rule.LogLevel > level ? rule.LogLevel : level;
            filter.Rules.Add(new LoggerFilterRule(rule.ProviderName, rule.CategoryName, raised, rule.Filter));
        }
    }
}
