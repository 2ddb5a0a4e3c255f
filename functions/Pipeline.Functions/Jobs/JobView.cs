namespace Pipeline.Jobs;

/// <summary>One job as the HTTP API shows it (<c>GET /api/jobs/{id}</c>).</summary>
/// <param name="Id">The job's id, which is its orchestration's instance id.</param>
/// <param name="Kind">What kind of job it is, for instance <c>batch</c>.</param>
/// <param name="Name">The name that its spec gives it.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="UpdatedAt">When its state last changed.</param>
/// <param name="Progress">How far it is; null before its first step.</param>
/// <param name="Output">What it made; null unless it has completed.</param>
/// <param name="Error">Why it failed; null unless it has.</param>
/// <param name="Tasks">Its stages and slowest tasks, for kinds of jobs that tell them; null in a list.</param>
public sealed record JobView(
    string Id,
    string Kind,
    string Name,
    JobStatus Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    JobProgress? Progress,
    JobOutput? Output,
    JobError? Error,
    JobTasks? Tasks = null);
