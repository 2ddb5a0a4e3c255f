namespace Pipeline.Simulation;

/// <summary>Names one run of a simulation.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run.</param>
public sealed record SimulationRun(string JobId, string Run);
