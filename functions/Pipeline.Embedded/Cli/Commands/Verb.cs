using System.CommandLine;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary>One verb of the command line.</summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>What a user may type behind the program's name, with what it does.</summary>
    public virtual IReadOnlyList<(string Line, string Meaning)> Examples => [];

    /// <summary>Does it.</summary>
    /// <exception cref="CliException">It could not be done.</exception>
    public abstract Task RunAsync(CliContext context, ParseResult parsed);
}
