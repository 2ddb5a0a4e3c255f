namespace Pipeline.Training;

/// <summary>What a scoring job is going to do, with every file that it reads pinned to its version.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Source">How rows become the model's inputs.</param>
/// <param name="Output">The dataset that is written.</param>
/// <param name="Tasks">The shares.</param>
public sealed record ScoringPlan(string Model, int Version, SampleSource Source, string Output, IReadOnlyList<PrepareTask> Tasks);
