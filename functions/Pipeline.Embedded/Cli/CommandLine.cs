using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using Pipeline.Embedded.Cli.Commands;
using Pipeline.Embedded.Cli.Completion;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli;

/// <summary>The command line: reads it, does what it says, and ends with an <see cref="ExitCode"/>.</summary>
internal sealed class CommandLine
{
    private readonly CliEnvironment _environment;
    private readonly GlobalOptions _globals = new();
    private readonly RootCommand _root = new("Distributed processing as one serverless app, here or on Azure: batch jobs over partitioned data, continuous queries over events, training, simulation and volunteer grids.") { HelpName = "pipeline" };

    private CommandLine(CliEnvironment environment)
    {
        _environment = environment;
        Verb[] verbs =
        [
            new ServeCommand(_globals), new RunCommand(), new PlanCommand(), new SubmitCommand(), new JobsCommand(), new JobCommand(),
            new ResultCommand(), new CancelCommand(), new RestartCommand(), new DatasetsCommand(), new UploadCommand(), new GenerateCommand(),
            new StreamCommand(), new SendCommand(), new VolunteerCommand(), new NewCommand(), new DoctorCommand(), new CompletionCommand(),
        ];
        foreach (var verb in verbs)
            _root.Subcommands.Add(verb);
        foreach (var verb in verbs.Concat(verbs.SelectMany(v => v.Subcommands.OfType<Verb>())))
            verb.SetAction(parsed => ExecuteAsync(verb, parsed));
        _globals.AddTo(_root);
        var help = _root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpText((HelpAction)help.Action!);
        _root.Directives.OfType<SuggestDirective>().Single().Action = new SuggestAction(new Candidates(environment, _globals));
    }

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, CliEnvironment environment) => new CommandLine(environment).RunAsync(args);

    /// <summary>The names of all verbs.</summary>
    public static IReadOnlyList<string> Verbs => [.. new CommandLine(CliEnvironment.OfProcess(CancellationToken.None))._root.Subcommands.Select(verb => verb.Name)];

    /// <summary>Reads a command line without doing what it says.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public static CliFault? Check(IReadOnlyList<string> args)
    {
        var parsed = new CommandLine(CliEnvironment.OfProcess(CancellationToken.None))._root.Parse(args);
        return parsed.Action is ParseErrorAction ? UsageFaults.Of(parsed) : null;
    }

    private async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var parsed = _root.Parse(args.Count == 0 ? ["--help"] : args);
        if (parsed.Action is ParseErrorAction)
        {
            FaultText.Write(new Terminal(_environment.Error, _environment.ErrorIsTerminal, _environment.Width, color: true), UsageFaults.Of(parsed), _globals.Format(parsed));
            return ExitCode.Usage;
        }
        // Signals are ours: the library would end the process before a job is cancelled.
        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = _environment.Out,
            Error = _environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private async Task<int> ExecuteAsync(Verb verb, ParseResult parsed)
    {
        CliContext? context = null;
        try
        {
            context = new CliContext(_environment, _globals.Read(parsed, _environment));
            await verb.RunAsync(context, parsed);
            return ExitCode.Ok;
        }
        catch (CliException e)
        {
            return Fail(e.Fault);
        }
        catch (OperationCanceledException) when (_environment.Interrupted.IsCancellationRequested)
        {
            return Fail(CliFault.Interrupted("Interrupted."));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // With its trace: nobody expected it, so only that can tell what it was.
            return Fail(CliFault.Unexpected(e.ToString(), "This is a defect of the command line; please report it with the lines above."));
        }

        int Fail(CliFault fault)
        {
            var error = context?.Error ?? new Terminal(_environment.Error, _environment.ErrorIsTerminal, _environment.Width, color: false);
            FaultText.Write(error, fault, _globals.Format(parsed));
            return fault.ExitCode;
        }
    }
}
