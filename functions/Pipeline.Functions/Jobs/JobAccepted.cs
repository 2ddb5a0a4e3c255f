namespace Pipeline.Jobs;

/// <summary>The body of the answer to a job that was accepted (<c>POST /api/jobs</c>, 202). The addresses of the Durable
/// HTTP API hold a key that opens all of it, so that only operators are given them.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Kind">The job's kind.</param>
/// <param name="StatusQueryGetUri">The Durable HTTP API's status of the orchestration.</param>
/// <param name="SendEventPostUri">The Durable HTTP API's address to raise an event at.</param>
/// <param name="TerminatePostUri">The Durable HTTP API's address to terminate at.</param>
/// <param name="SuspendPostUri">The Durable HTTP API's address to suspend at.</param>
/// <param name="ResumePostUri">The Durable HTTP API's address to resume at.</param>
/// <param name="PurgeHistoryDeleteUri">The Durable HTTP API's address to purge the history at.</param>
public sealed record JobAccepted(
    string Id,
    string Kind,
    string? StatusQueryGetUri,
    string? SendEventPostUri,
    string? TerminatePostUri,
    string? SuspendPostUri,
    string? ResumePostUri,
    string? PurgeHistoryDeleteUri);
