using Pipeline.Simulation.Imaging;

namespace Pipeline.Simulation;

/// <summary>What a program's definition makes of a spec.</summary>
/// <param name="Create">Makes a rank's program.</param>
/// <param name="Supersteps">How many supersteps it takes at most.</param>
/// <param name="Notes">What a person should know, for instance the time step that was chosen.</param>
public sealed record ProgramPlan(Func<SimulationProgram> Create, long Supersteps, IReadOnlyList<string> Notes)
{
    /// <summary>The unit of <see cref="SimulationProgram.Time"/>: <c>s</c>, or what a program without time counts.</summary>
    public string TimeUnit { get; init; } = "s";

    /// <summary>Name and coordinate of the rows of fields; null for their numbers.</summary>
    public FieldAxis? Rows { get; init; }

    /// <summary>Name and coordinate of the columns of fields; null for their numbers.</summary>
    public FieldAxis? Columns { get; init; }

    /// <summary>How images of the program are drawn; null where there are none.</summary>
    public FrameStyle? Frame { get; init; }
}
