using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace Pipeline.Embedded.Cli;

/// <summary>Explains a command line that makes no sense, with the word that was probably meant.</summary>
internal static class UsageFaults
{
    /// <summary>What is wrong with it.</summary>
    public static CliFault Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var called = command is RootCommand ? "pipeline" : $"pipeline {string.Join(' ', Path(parsed.CommandResult))}";
        return CliFault.Usage(Detail(parsed, command), $"See: {called} --help");
    }

    private static string Detail(ParseResult parsed, Command command)
    {
        if (parsed.UnmatchedTokens is [var stranger, ..])
        {
            if (stranger.StartsWith('-'))
                return $"There is no option {stranger}{Where(command)}.{Hint(stranger, OptionNames(parsed.CommandResult))}";
            return command is RootCommand
                ? $"There is no verb '{stranger}'.{Hint(stranger, command.Subcommands.Select(c => c.Name))}"
                : $"'{stranger}' is one argument too many{Where(command)}.{SubcommandHint(parsed.CommandResult)}";
        }
        // A missing argument is what the other errors follow from.
        var error = parsed.Errors.FirstOrDefault(e => e.SymbolResult is ArgumentResult { Tokens.Count: 0 }) ?? parsed.Errors[0];
        return error.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing && missing.Parent is CommandResult
            ? $"{missing.Argument.Name} is missing{Where(command)}.{Known(missing.Argument)}"
            : error.Message;
    }

    private static IEnumerable<string> Path(CommandResult result) =>
        result.Parent is CommandResult parent ? Path(parent).Append(result.Command.Name) : [];

    private static string Where(Command command) => command is RootCommand ? "" : $" for '{command.Name}'";

    private static string Hint(string given, IEnumerable<string> names) => NearestName.Find(given, names) is { } near ? $" Did you mean '{near}'?" : "";

    private static string Known(Argument argument) => NearestName.Hint("", argument.GetCompletions(CompletionContext.Empty).Select(word => word.Label));

    // 'stream aply FILE' takes the misspelt verb for a stream's name.
    private static string SubcommandHint(CommandResult result) =>
        result.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).FirstOrDefault() is { } first ? Hint(first.Value, result.Command.Subcommands.Select(c => c.Name)) : "";

    private static IEnumerable<string> OptionNames(CommandResult command)
    {
        var options = command.Command.Options.AsEnumerable();
        for (var above = command.Parent as CommandResult; above is not null; above = above.Parent as CommandResult)
            options = options.Concat(above.Command.Options.Where(o => o.Recursive));
        return options.SelectMany(o => o.Aliases.Append(o.Name));
    }
}
