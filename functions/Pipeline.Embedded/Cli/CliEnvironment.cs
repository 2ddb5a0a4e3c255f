using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Embedded.Cli.Doctor;
using Pipeline.Grid;
using Pipeline.Grid.Applications;

namespace Pipeline.Embedded.Cli;

/// <summary>What the command line uses of the process around it, so that tests can put their own in its place.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Where answers go.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where everything else goes: progress, notes, errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Opens standard input, for a spec named <c>-</c>.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Whether answers are read from a terminal by a person.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether progress is seen in a terminal that can redraw a line.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The terminal's width in cells; null takes what the console says.</summary>
    public int? Width { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The names of all environment variables.</summary>
    public Func<IReadOnlyList<string>> VariableNames { get; init; } = () => [];

    /// <summary>What <c>doctor</c> asks of the machine.</summary>
    public Func<Machine> Machine { get; init; } = () => new Machine();

    /// <summary>The words that start this program.</summary>
    public IReadOnlyList<string> Program { get; init; } = ["pipeline"];

    /// <summary>The folder that relative paths start from.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>Time, for polling and for what is shown.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Cancelled by the first Ctrl-C or SIGTERM.</summary>
    public CancellationToken Interrupted { get; init; }

    /// <summary>The key that was pressed last and not yet taken, null for none; null where there is no keyboard.</summary>
    public Func<char?>? PressedKey { get; init; }

    /// <summary>The applications that a volunteer's client has built in.</summary>
    public Func<IReadOnlyList<IGridApplication>> GridApplications { get; init; } = BuiltInApplications;

    /// <summary>That of this process.</summary>
    public static CliEnvironment OfProcess(CancellationToken interrupted)
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new CliEnvironment
        {
            Out = Console.Out,
            Error = Console.Error,
            OpenInput = Console.OpenStandardInput,
            OutIsTerminal = !Console.IsOutputRedirected && !dumb,
            ErrorIsTerminal = !Console.IsErrorRedirected && !dumb,
            Variable = Environment.GetEnvironmentVariable,
            VariableNames = () => [.. Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)],
            Program = ProgramOfProcess(),
            WorkingFolder = Environment.CurrentDirectory,
            Interrupted = interrupted,
            PressedKey = Console.IsInputRedirected ? null : () => Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null,
        };
    }

    // Built, it is a program of its own; otherwise 'dotnet' runs it.
    private static IReadOnlyList<string> ProgramOfProcess()
    {
        var assembly = typeof(CliEnvironment).Assembly;
        return Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == assembly.GetName().Name ? [path]
            : [Environment.ProcessPath ?? "dotnet", "exec", assembly.Location];
    }

    private static IReadOnlyList<IGridApplication> BuiltInApplications()
    {
        using var services = new ServiceCollection().AddGrid(new ConfigurationBuilder().Build()).BuildServiceProvider();
        return [.. services.GetServices<IGridApplication>()];
    }
}
