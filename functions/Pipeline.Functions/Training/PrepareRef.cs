namespace Pipeline.Training;

/// <summary>Names a task that makes samples.</summary>
/// <param name="JobId">The job.</param>
/// <param name="JobRun">The run of the job.</param>
/// <param name="Task">The number of the task.</param>
public sealed record PrepareRef(string JobId, string JobRun, int Task);
