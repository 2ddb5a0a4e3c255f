namespace Pipeline.Jobs;

/// <summary>One page of jobs, newest first (<c>GET /api/jobs</c>).</summary>
/// <param name="Jobs">The jobs of this page.</param>
/// <param name="ContinuationToken">What to send as <c>continuationToken</c> for the next page; null at the end.</param>
public sealed record JobPage(IReadOnlyList<JobView> Jobs, string? ContinuationToken);
