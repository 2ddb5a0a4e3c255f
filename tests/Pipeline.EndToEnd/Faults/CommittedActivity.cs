namespace Pipeline.EndToEnd.Faults;

/// <summary>An activity whose result is in the store.</summary>
/// <param name="Instance">The orchestration that asked for it.</param>
/// <param name="TaskId">Which of its tasks it is.</param>
/// <param name="Name">The function.</param>
/// <param name="Input">Its input, as JSON.</param>
internal sealed record CommittedActivity(string Instance, int TaskId, string Name, string? Input);
