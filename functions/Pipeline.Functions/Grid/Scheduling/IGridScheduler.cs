namespace Pipeline.Grid.Scheduling;

/// <summary>
/// Hands work units out to volunteers' hosts and takes their results in. Every effect is durable before a method's task completes, so
/// what was answered survives the host of the app.
/// </summary>
/// <remarks>A host's id is unique over all volunteers. Methods throw <see cref="GridRefusedException"/> for what a caller did wrong.</remarks>
public interface IGridScheduler
{
    /// <summary>Hands out work. What the host still runs is not given again; what it has lost is.</summary>
    /// <param name="host">The host.</param>
    /// <param name="request">What it can do and wants.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The tasks; empty where none came up within <see cref="WorkRequest.WaitSeconds"/>.</returns>
    Task<IReadOnlyList<Assignment>> RequestAsync(HostKey host, WorkRequest request, CancellationToken ct);

    /// <summary>Takes what became of results. A result's file was uploaded before. A report may be sent again: it changes nothing then.</summary>
    /// <returns>An answer for each report, in their order; none is thrown for a single bad report.</returns>
    Task<IReadOnlyList<ReportAnswer>> ReportAsync(HostKey host, IReadOnlyList<ResultReport> reports, CancellationToken ct);

    /// <summary>Hears of a host that is at work, and tells it which tasks to give up and which it seems to have lost.</summary>
    Task<ContactAnswer> HeartbeatAsync(HostKey host, IReadOnlyList<TaskProgress> tasks, CancellationToken ct);

    /// <summary>Makes a host known, or changes what is known of it.</summary>
    Task RegisterHostAsync(HostKey host, HostFacts facts, CancellationToken ct);

    /// <summary>What is known of a host; null where it is not registered, or not this volunteer's.</summary>
    Task<HostStatistics?> HostAsync(HostKey host, CancellationToken ct);

    /// <summary>All hosts, those with the most credit first.</summary>
    Task<IReadOnlyList<HostStatistics>> HostsAsync(int top, CancellationToken ct);

    /// <summary>Bars a host from further work, or lets it in again. What it had in progress is given to others.</summary>
    /// <returns>False where there is no such host.</returns>
    Task<bool> BanHostAsync(string hostId, bool banned, CancellationToken ct);

    /// <summary>Figures about a job, or about all that are live.</summary>
    Task<GridStatistics> StatisticsAsync(string? jobId, CancellationToken ct);

    /// <summary>Volunteers by validated credit, the best first.</summary>
    Task<IReadOnlyList<LeaderboardRow>> LeaderboardAsync(int top, CancellationToken ct);

    /// <summary>A result's task, if it is this host's and still open: uploads ask this first. Null otherwise.</summary>
    Task<Assignment?> AssignmentAsync(HostKey host, string resultId, CancellationToken ct);
}
