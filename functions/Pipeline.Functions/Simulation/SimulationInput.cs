namespace Pipeline.Simulation;

/// <summary>What a simulation's orchestration is started with, and what it goes on with when its history is cut.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Name">The job's name.</param>
/// <param name="State">How far it is; null at the start.</param>
public sealed record SimulationInput(string Id, string Name, SimulationState? State = null);
