namespace Pipeline.Streams;

/// <summary>What became of a batch of events.</summary>
/// <param name="Duplicates">Events that were dropped because they came before.</param>
/// <param name="Refused">Events over which the query failed; they changed nothing.</param>
public sealed record ApplyOutcome(int Duplicates, IReadOnlyList<RefusedEvent> Refused);
