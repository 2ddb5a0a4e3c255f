namespace Pipeline.Batch;

/// <summary>Names one run of a batch job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run.</param>
public sealed record BatchRun(string JobId, string Run);
