using System.Text;
using Pipeline.Embedded.Cli;

namespace Pipeline.Tests.Cli;

/// <summary>One run of the command line, and what it wrote.</summary>
internal sealed record CliRun(int ExitCode, string Out, string Error)
{
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<CliRun> OfAsync(params string[] args) => OfAsync(environment => environment, args);

    /// <param name="adjust">Changes the surroundings: a pipe on both streams, no variables, the current folder.</param>
    /// <param name="args">The command line.</param>
    public static async Task<CliRun> OfAsync(Func<CliEnvironment, CliEnvironment> adjust, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var environment = adjust(new CliEnvironment
        {
            Out = output,
            Error = error,
            OpenInput = () => new MemoryStream(),
            WorkingFolder = Environment.CurrentDirectory,
        });
        var exitCode = await CommandLine.RunAsync(args, environment);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    public static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
