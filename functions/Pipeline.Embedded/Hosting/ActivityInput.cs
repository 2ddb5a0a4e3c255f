namespace Pipeline.Embedded.Hosting;

/// <summary>What the task hub hands to an activity.</summary>
/// <param name="InstanceId">The orchestration that called it.</param>
/// <param name="Json">The input as JSON; null for none.</param>
internal sealed record ActivityInput(string InstanceId, string? Json);
