using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Pipeline.Embedded.Cli.Commands;

namespace Pipeline.Embedded.Cli;

/// <summary>What <c>--help</c> shows: the library's account of arguments and options, then examples and exit codes.</summary>
internal sealed class HelpText(HelpAction library) : SynchronousCommandLineAction
{
    private const string HowToCall = "dotnet run --project functions/Pipeline.Embedded --";

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        library.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        if (command is Verb verb)
        {
            WriteExamples(output, verb.Examples);
            return ExitCode.Ok;
        }
        WriteExamples(output, command.Subcommands.OfType<Verb>().SelectMany(v => v.Examples.Take(1)));
        output.WriteLine($"Here 'pipeline' stands for: {HowToCall}");
        output.WriteLine();
        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCode.All)
            output.WriteLine($"  {code,3}  {meaning}");
        output.WriteLine();
        return ExitCode.Ok;
    }

    private static void WriteExamples(TextWriter output, IEnumerable<(string Line, string Meaning)> examples)
    {
        var any = false;
        foreach (var (line, meaning) in examples)
        {
            if (!any)
                output.WriteLine("Examples:");
            any = true;
            output.WriteLine($"  # {meaning}");
            output.WriteLine($"  pipeline {line}");
        }
        if (any)
            output.WriteLine();
    }
}
