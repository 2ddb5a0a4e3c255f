namespace Pipeline.Training;

/// <summary>There is no such model, or no such version of it.</summary>
public sealed class ModelNotFoundException(string message) : Exception(message);
