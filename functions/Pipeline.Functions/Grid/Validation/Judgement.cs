using Pipeline.Grid.State;

namespace Pipeline.Grid.Validation;

/// <summary>What the validator found of a unit, and what it took the unit for.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Verdicts">Of each result that was looked at.</param>
/// <param name="Canonical">The canonical result; null where there is none yet.</param>
/// <param name="KnownCanonical">The canonical result that there was before.</param>
/// <param name="Replicated">Whether a full quorum was asked for.</param>
internal sealed record Judgement(int Unit, IReadOnlyList<Verdict> Verdicts, int? Canonical, int? KnownCanonical, bool Replicated);
