namespace Pipeline.Training;

/// <summary>What a training's orchestration is started with, and goes on with from time to time so that its history stays short.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Name">The job's name.</param>
/// <param name="At">How far it is; null at its start.</param>
public sealed record TrainingInput(string Id, string Name, TrainingCursor? At = null);
