using Pipeline.Grid.Units;

namespace Pipeline.Grid.State;

/// <summary>What the validator says of a result.</summary>
/// <param name="Ordinal">The result.</param>
/// <param name="State">The verdict; null where the file is missing, damaged or malformed, which makes the result an error.</param>
internal sealed record Verdict(int Ordinal, ValidateState? State);
