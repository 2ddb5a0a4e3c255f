namespace Pipeline.Jobs;

/// <summary>What was asked does not fit the state of the job, for instance a second job with its id.</summary>
public sealed class JobConflictException(string message) : Exception(message);
