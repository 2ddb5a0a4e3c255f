namespace Pipeline.Jobs;

/// <summary>What a job's orchestration shows as its custom status while it runs and after it has failed.</summary>
/// <param name="Progress">How far it is.</param>
/// <param name="Error">Why it failed, if it has.</param>
/// <param name="Tasks">Its stages and slowest tasks, for kinds of jobs that tell them.</param>
public sealed record JobState(JobProgress Progress, JobError? Error = null, JobTasks? Tasks = null);
