namespace Pipeline.Grid.Validation;

/// <summary>A result that may become canonical.</summary>
/// <param name="Ordinal">The result.</param>
/// <param name="Suspect">Whether its host was caught with an invalid one and has not made it good.</param>
internal readonly record struct Candidate(int Ordinal, bool Suspect);
