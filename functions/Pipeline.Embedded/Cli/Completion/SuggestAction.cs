using System.CommandLine;
using System.CommandLine.Invocation;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Completion;

/// <summary>What the directive <c>[suggest:POSITION] "LINE"</c> answers: a candidate a line, with a tab and its meaning behind it. It never
/// fails, for there is nobody to read an error.</summary>
/// <param name="candidates">What may stand in the place of arguments.</param>
internal sealed class SuggestAction(Candidates candidates) : SynchronousCommandLineAction
{
    private const int Most = 200;

    // Other ways of asking for help, which nobody would look for here.
    private static readonly string[] s_hidden = ["-?", "/?", "/h"];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var line = parseResult.Tokens.Count > 1 ? parseResult.Tokens[^1].Value : "";
        try
        {
            // Only now: the help would look for them, too.
            candidates.AddTo(parseResult.RootCommandResult.Command);
            var parsed = parseResult.RootCommandResult.Command.Parse(line);
            var word = line.Length == 0 || char.IsWhiteSpace(line[^1]) ? "" : line[(line.AsSpan().LastIndexOfAny(' ', '\t') + 1)..];
            var found = parsed.GetCompletions(line.Length)
                .Where(candidate => candidate.Label.StartsWith(word, StringComparison.OrdinalIgnoreCase) && !s_hidden.Contains(candidate.Label))
                // A person who has not begun an option looks for what else there is first.
                .OrderBy(candidate => candidate.Label.StartsWith('-') && !word.StartsWith('-'))
                .DistinctBy(candidate => candidate.Label);
            foreach (var candidate in found.Take(Most))
                output.WriteLine(candidate.Detail is { Length: > 0 } meaning ? $"{candidate.Label}\t{Shown.Text(meaning)}" : candidate.Label);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // As if there were no candidates.
        }
        return ExitCode.Ok;
    }
}
