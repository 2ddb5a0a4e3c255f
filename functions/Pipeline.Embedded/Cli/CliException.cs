namespace Pipeline.Embedded.Cli;

/// <summary>Ends a verb with an error that is shown to the user as it is.</summary>
internal sealed class CliException(CliFault fault, Exception? inner = null) : Exception(fault.Detail, inner)
{
    /// <summary>What to show, and the exit code.</summary>
    public CliFault Fault { get; } = fault;
}
