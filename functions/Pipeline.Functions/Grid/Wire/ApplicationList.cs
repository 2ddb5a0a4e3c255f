namespace Pipeline.Grid.Wire;

/// <summary>The project's applications.</summary>
/// <param name="Applications">Each with the project's signature.</param>
public sealed record ApplicationList(IReadOnlyList<SignedApplication> Applications);
