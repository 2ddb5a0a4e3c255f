using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>Describes a program to the app: its name, its parameters, and how to make a rank of it. Register it as a service, and specs
/// can name it.</summary>
public abstract class ProgramDefinition
{
    /// <summary>The name in a spec's <c>program</c>, for instance <c>shallow-water</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What it computes, in a line.</summary>
    public abstract string Summary { get; }

    /// <summary>Reads the parameters, and tells what is wrong with them to the reader: all faults at once.</summary>
    /// <param name="parameters">The spec's <c>parameters</c>.</param>
    /// <param name="run">How the spec wants it run.</param>
    /// <param name="inputs">What parameters may name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What to run; null where the reader was told a fault.</returns>
    public abstract Task<ProgramPlan?> PlanAsync(SpecReader parameters, RunShape run, ProgramInputs inputs, CancellationToken cancellationToken);
}
