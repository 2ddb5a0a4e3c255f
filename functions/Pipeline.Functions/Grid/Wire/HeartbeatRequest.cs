using Pipeline.Grid.Scheduling;

namespace Pipeline.Grid.Wire;

/// <summary>A host tells how far it is.</summary>
/// <param name="Tasks">Every task that it has on it.</param>
public sealed record HeartbeatRequest(IReadOnlyList<TaskProgress> Tasks);
