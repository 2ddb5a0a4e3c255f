namespace Pipeline.Jobs;

/// <summary>Ends a job's orchestration as failed, once the reason stands in its <see cref="JobState"/>.</summary>
public sealed class JobFailedException : Exception
{
    /// <summary>Makes the exception from the reason.</summary>
    public JobFailedException(JobError error)
        : base(error.Task is null ? error.Message : $"Task {error.Task} failed: {error.Message}") => Error = error;

    /// <summary>The reason.</summary>
    public JobError Error { get; }
}
