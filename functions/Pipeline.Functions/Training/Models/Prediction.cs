namespace Pipeline.Training;

/// <summary>What a model says of one row.</summary>
/// <param name="Label">The class, where it tells classes apart.</param>
/// <param name="Probability">How sure it is of it, from 0 to 1.</param>
/// <param name="Probabilities">The same of every class, where there are few.</param>
/// <param name="Value">The quantity, where it estimates one.</param>
public sealed record Prediction(string? Label, double? Probability, IReadOnlyDictionary<string, double>? Probabilities, double? Value);
