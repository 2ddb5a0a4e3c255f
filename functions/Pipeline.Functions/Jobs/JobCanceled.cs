namespace Pipeline.Jobs;

/// <summary>The answer to a cancellation.</summary>
/// <param name="Id">The job.</param>
/// <param name="Status">What it is about to be.</param>
public sealed record JobCanceled(string Id, JobStatus Status);
