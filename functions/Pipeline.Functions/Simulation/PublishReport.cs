using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>What was published.</summary>
/// <param name="Figures">The last figures, as they are shown; null where there were none.</param>
/// <param name="Output">The result, once the simulation is at its end.</param>
/// <param name="Error">Why it cannot go on; null where it can.</param>
public sealed record PublishReport(string? Figures, JobOutput? Output = null, JobError? Error = null);
