namespace Pipeline.Training;

/// <summary>Names a task of a scoring job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Run">The run of the job.</param>
/// <param name="Task">The number of the task.</param>
public sealed record ScoringTask(string JobId, string Run, int Task);
