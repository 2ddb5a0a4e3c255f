namespace Pipeline.Grid;

/// <summary>What a grid job's orchestration is started with, and what it goes on with when its history is cut.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Name">The job's name.</param>
/// <param name="State">How far it is; null at the start.</param>
public sealed record GridInput(string Id, string Name, GridJobState? State = null);
