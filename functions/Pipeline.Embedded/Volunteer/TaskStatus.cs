namespace Pipeline.Embedded.Volunteer;

/// <summary>How a task stands.</summary>
/// <param name="ResultId">The result.</param>
/// <param name="Application">What runs.</param>
/// <param name="Unit">The work unit.</param>
/// <param name="Stage">What it is at.</param>
/// <param name="FractionDone">From 0 to 1.</param>
/// <param name="CpuSeconds">Processor time so far.</param>
/// <param name="Deadline">When it must be reported.</param>
internal sealed record TaskStatus(string ResultId, string Application, string Unit, TaskStage Stage, double FractionDone, double CpuSeconds, DateTimeOffset Deadline);
