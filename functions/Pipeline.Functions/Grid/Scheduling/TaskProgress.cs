namespace Pipeline.Grid.Scheduling;

/// <summary>How far a task on a host is.</summary>
/// <param name="ResultId">The task's result.</param>
/// <param name="FractionDone">From 0 to 1.</param>
/// <param name="CpuSeconds">Processor time so far.</param>
public sealed record TaskProgress(string ResultId, double FractionDone, double CpuSeconds);
