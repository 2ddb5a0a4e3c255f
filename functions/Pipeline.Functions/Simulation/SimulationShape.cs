using Pipeline.Jobs;

namespace Pipeline.Simulation;

/// <summary>What the orchestration has to know of a simulation.</summary>
/// <param name="Hosts">Over how many hosts it is spread.</param>
/// <param name="Start">The superstep that it starts after: 0, or that of the checkpoint that it goes on from.</param>
/// <param name="Supersteps">The last superstep.</param>
/// <param name="CheckpointEvery">Supersteps between checkpoints; null to go by time.</param>
/// <param name="CheckpointSeconds">Seconds between checkpoints.</param>
/// <param name="OutputEvery">Supersteps between outputs.</param>
/// <param name="TimeUnit">Of the simulated time.</param>
/// <param name="Error">Why it cannot run; null where it can.</param>
public sealed record SimulationShape(
    int Hosts, long Start, long Supersteps, long? CheckpointEvery = null, double CheckpointSeconds = 30, long OutputEvery = 1, string TimeUnit = "s", JobError? Error = null);
