namespace Pipeline.Embedded.Durable;

/// <summary>An execution as the store has it.</summary>
internal sealed record StoredExecution(string? Input, string? CustomStatus, long Processed, IReadOnlyList<HistoryEvent> History);
