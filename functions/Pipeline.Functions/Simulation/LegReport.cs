using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>What a host tells of a leg.</summary>
/// <param name="Superstep">The superstep that it computed last.</param>
/// <param name="Done">Whether the program has come to its end.</param>
/// <param name="Time">Simulated time.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Computed">How many supersteps it computed, also those that it computed again.</param>
/// <param name="Lost">What was lost or damaged, so that all must go back to the last checkpoint; null where all went well.</param>
/// <param name="CheckpointDamaged">Whether that checkpoint itself is damaged.</param>
/// <param name="Error">Why the simulation cannot go on; null where it can.</param>
public sealed record LegReport(
    long Superstep, bool Done, double Time, double Seconds, long Computed, string? Lost = null, bool CheckpointDamaged = false, JobError? Error = null);
