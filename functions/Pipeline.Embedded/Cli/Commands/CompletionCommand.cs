using System.CommandLine;
using Pipeline.Embedded.Cli.Completion;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>completion SHELL</c>: what a shell is to read, so that Tab completes what is typed here.</summary>
internal sealed class CompletionCommand : Verb
{
    private static readonly string[] s_shells = [.. Enum.GetNames<ShellKind>().Select(name => name.ToLowerInvariant())];

    private readonly Argument<ShellKind?> _shell = new("SHELL")
    {
        Arity = ArgumentArity.ExactlyOne, // of a type that may be null, it may be left out
        Description = string.Join(", ", s_shells[..^1]) + $" or {s_shells[^1]}",
        CustomParser = result =>
        {
            var word = result.Tokens[0].Value;
            if (Array.IndexOf(s_shells, word.ToLowerInvariant()) is >= 0 and var shell)
                return (ShellKind)shell;
            result.AddError($"'{word}' is not a shell that words can be completed in.{NearestName.Hint(word, s_shells)}");
            return null;
        },
    };

    public CompletionCommand()
        : base("completion", "Print the script with which a shell completes verbs, options, jobs, datasets, streams and specs")
    {
        // Of an enum, the library would offer the names as they stand in the code.
        _shell.CompletionSources.Clear();
        _shell.CompletionSources.Add(s_shells);
        Arguments.Add(_shell);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("completion bash", "for ~/.bashrc: eval \"$(pipeline completion bash)\"")];

    public override Task RunAsync(CliContext context, ParseResult parsed)
    {
        context.Out.Writer.Write(CompletionScript.Of(parsed.GetRequiredValue(_shell)!.Value, context.Environment.Program));
        return Task.CompletedTask;
    }
}
