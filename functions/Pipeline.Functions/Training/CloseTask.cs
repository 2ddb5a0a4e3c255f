namespace Pipeline.Training;

/// <summary>Names the end of a round of a strategy that averages.</summary>
/// <param name="At">The round.</param>
/// <param name="Participants">The workers whose contributions count; null for all.</param>
public sealed record CloseTask(RoundTask At, IReadOnlyList<int>? Participants);
