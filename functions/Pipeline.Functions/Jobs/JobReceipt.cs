namespace Pipeline.Jobs;

/// <summary>The answer to a spec that was uploaded.</summary>
/// <param name="Source">The path of the spec in the container of jobs.</param>
/// <param name="Accepted">Whether it has become a job.</param>
/// <param name="JobId">Which job; null if it was refused.</param>
/// <param name="Errors">Why it was refused; empty if it was not.</param>
/// <param name="At">When.</param>
public sealed record JobReceipt(string Source, bool Accepted, string? JobId, IReadOnlyList<SpecFault> Errors, DateTimeOffset At);
