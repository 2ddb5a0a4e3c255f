namespace Pipeline.Grid;

/// <summary>Names one run of a grid job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run.</param>
public sealed record GridRun(string JobId, string Run);
