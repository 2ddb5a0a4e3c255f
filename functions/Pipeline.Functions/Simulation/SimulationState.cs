namespace Pipeline.Simulation;

/// <summary>How far a simulation is: all that its orchestration carries from one history to the next.</summary>
/// <param name="Run">The run.</param>
/// <param name="Shape">What is to be done.</param>
/// <param name="Superstep">The superstep that all hosts have computed.</param>
/// <param name="Checkpoint">The superstep of the last checkpoint; the start where there is none.</param>
/// <param name="Previous">The superstep of the checkpoint before, kept in case that the last is damaged.</param>
public sealed record SimulationState(string Run, SimulationShape Shape, long Superstep, long Checkpoint, long Previous)
{
    /// <summary>Counts the times that all hosts went back to a checkpoint. Messages of another attempt are not read.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts since a checkpoint was last written.</summary>
    public int Failures { get; init; }

    /// <summary>How many supersteps the next leg is to have.</summary>
    public long Leg { get; init; } = 8;

    /// <summary>Seconds of computing since the last checkpoint.</summary>
    public double SinceCheckpoint { get; init; }

    /// <summary>Supersteps a second, in the last leg.</summary>
    public double Rate { get; init; }

    /// <summary>Simulated time.</summary>
    public double Time { get; init; }

    /// <summary>Seconds that the hosts have computed, in all.</summary>
    public double Seconds { get; init; }

    /// <summary>Supersteps that were computed, also those that had to be computed again.</summary>
    public long Computed { get; init; }

    /// <summary>The figures that were last put out, as they are shown.</summary>
    public string? Figures { get; init; }

    /// <summary>Whether the program has come to its end.</summary>
    public bool Done { get; init; }
}
