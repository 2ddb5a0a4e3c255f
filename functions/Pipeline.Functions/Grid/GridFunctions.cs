using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Access;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Limits;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Uploads;
using Pipeline.Grid.Volunteers;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Grid;

/// <summary>The HTTP API that volunteers' clients speak. The Functions host lets everybody through; the bearer token says who it is.</summary>
public sealed class GridFunctions(
    GridGate gate,
    GridLimits limits,
    VolunteerRegistry registry,
    IGridScheduler scheduler,
    ProjectKeyStore keys,
    ResultUploads uploads,
    IEnumerable<IGridApplication> applications,
    GridWakeups wakeups,
    TimeProvider time)
{
    // After an answer that waited there is nothing to wait for; after one that did not, a crowd must not come back at once.
    private const double AfterWaiting = 1;
    private const double AfterNothing = 15;

    /// <summary>Makes a volunteer's account.</summary>
    [Function("RegisterVolunteer")]
    [OpenToAll]
    [Takes(typeof(VolunteerRequest))]
    [Answers(201, typeof(VolunteerAnswer))]
    [MayFail(ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> RegisterVolunteerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/grid/volunteers")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AnybodyAsync(request, async () =>
    {
        limits.CountRegistration(limits.AddressOf(request));
        var wish = await GridGate.ReadAsync<VolunteerRequest>(request, WireChecks.Check, cancellationToken);
        return GridGate.Ok(await registry.RegisterVolunteerAsync(wish, cancellationToken), StatusCodes.Status201Created);
    });

    /// <summary>Makes a host's account; the volunteer's token says whose.</summary>
    [Function("RegisterGridHost")]
    [RequiresRole(Role.Volunteer)]
    [Takes(typeof(HostRequest))]
    [Answers(201, typeof(HostAnswer))]
    [MayFail(ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> RegisterHostAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/grid/hosts")] HttpRequest request,
        CancellationToken cancellationToken) => gate.VolunteerAsync(request, async volunteerId =>
    {
        limits.CountRegistration(limits.AddressOf(request));
        limits.CountRegistration(volunteerId);
        var facts = await GridGate.ReadAsync<HostRequest>(request, WireChecks.Check, cancellationToken);
        var key = await keys.GetAsync(cancellationToken);
        var (host, token) = await registry.RegisterHostAsync(volunteerId, host => scheduler.RegisterHostAsync(host, facts.Facts, cancellationToken), cancellationToken);
        return GridGate.Ok(new HostAnswer(host.HostId, token, key.Public.ToAnswer()), StatusCodes.Status201Created);
    });

    /// <summary>What is known of the host that asks.</summary>
    [Function("GetOwnGridHost")]
    [RequiresRole(Role.Volunteer)]
    [Answers(200, typeof(HostStatistics))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.NotFound, ProblemTypes.TooManyRequests)]
    public Task<IActionResult> OwnHostAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/host")] HttpRequest request,
        CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
            GridGate.Ok(await scheduler.HostAsync(host, cancellationToken) ?? throw new NotFoundException("The scheduler does not know this host. PUT /api/grid/host tells it.")));

    /// <summary>Tells anew what the host is.</summary>
    [Function("PutOwnGridHost")]
    [RequiresRole(Role.Volunteer)]
    [Takes(typeof(HostRequest))]
    [Answers(204)]
    [MayFail(ProblemTypes.NotFound, ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> PutOwnHostAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/grid/host")] HttpRequest request,
        CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
    {
        var facts = await GridGate.ReadAsync<HostRequest>(request, WireChecks.Check, cancellationToken);
        await scheduler.RegisterHostAsync(host, facts.Facts, cancellationToken);
        return new NoContentResult();
    });

    /// <summary>Hands out work; the answer may wait for some to come up.</summary>
    [Function("RequestGridWork")]
    [RequiresRole(Role.Volunteer)]
    [Takes(typeof(WorkRequest))]
    [Answers(200, typeof(WorkAnswer))]
    [MayFail(ProblemTypes.NotFound, ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> WorkAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/grid/work")] HttpRequest request,
        CancellationToken cancellationToken) => gate.WaitingHostAsync(request, () => GridGate.ReadAsync<WorkRequest>(request, WireChecks.Check, cancellationToken), async (host, wish, mayWait) =>
    {
        var wait = mayWait ? wish.WaitSeconds : 0;
        var assignments = await scheduler.RequestAsync(host, wish with { WaitSeconds = wait }, cancellationToken);
        var again = assignments.Count > 0 || wait > 0 ? AfterWaiting : AfterNothing;
        return GridGate.Ok(new WorkAnswer(await SignAsync(host, assignments, cancellationToken), again, time.GetUtcNow()));
    });

    /// <summary>Takes what became of results.</summary>
    [Function("ReportGridResults")]
    [RequiresRole(Role.Volunteer)]
    [Takes(typeof(ReportRequest))]
    [Answers(200, typeof(ReportAnswers))]
    [MayFail(ProblemTypes.NotFound, ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> ReportAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/grid/reports")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
    {
        var reports = (await GridGate.ReadAsync<ReportRequest>(request, WireChecks.Check, cancellationToken)).Reports;
        var refusals = await MissingFilesAsync(host, reports, cancellationToken);
        var taken = reports.Where(report => !refusals.ContainsKey(report.ResultId)).ToList();
        var answers = new Queue<ReportAnswer>(taken.Count == 0 ? [] : await scheduler.ReportAsync(host, taken, cancellationToken));
        await WakeAsync(client, cancellationToken);
        return GridGate.Ok(new ReportAnswers([.. reports.Select(report => refusals.GetValueOrDefault(report.ResultId) ?? answers.Dequeue())]));
    });

    /// <summary>Hears how far a host is, and tells it what to give up and what to take up again.</summary>
    [Function("GridHeartbeat")]
    [RequiresRole(Role.Volunteer)]
    [Takes(typeof(HeartbeatRequest))]
    [Answers(200, typeof(HeartbeatAnswer))]
    [MayFail(ProblemTypes.NotFound, ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> HeartbeatAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/grid/heartbeat")] HttpRequest request,
        CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
    {
        var tasks = (await GridGate.ReadAsync<HeartbeatRequest>(request, WireChecks.Check, cancellationToken)).Tasks;
        var answer = await scheduler.HeartbeatAsync(host, tasks, cancellationToken);
        return GridGate.Ok(new HeartbeatAnswer(answer.Abort, await SignAsync(host, answer.Resend, cancellationToken), time.GetUtcNow()));
    });

    /// <summary>The project's applications, signed.</summary>
    [Function("ListGridApplications")]
    [OpenToAll]
    [Answers(200, typeof(ApplicationList))]
    [MayFail(ProblemTypes.TooManyRequests)]
    public Task<IActionResult> ApplicationsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/applications")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AnybodyAsync(request, async () =>
    {
        var key = await keys.GetAsync(cancellationToken);
        var versions = applications.Select(application => new ApplicationVersion(application.Name, application.Version));
        return GridGate.Ok(new ApplicationList([.. versions.Select(version => new SignedApplication(version, key.Sign(SignedContent.Of(version))))]));
    });

    /// <summary>The project's public key.</summary>
    [Function("GetGridKey")]
    [OpenToAll]
    [Answers(200, typeof(ProjectKeyAnswer))]
    [MayFail(ProblemTypes.TooManyRequests)]
    public Task<IActionResult> KeyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/key")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AnybodyAsync(request, async () => GridGate.Ok((await keys.GetAsync(cancellationToken)).Public.ToAnswer()));

    /// <summary>Figures about all live jobs, or about one.</summary>
    [Function("GetGridStatistics")]
    [OpenToAll]
    [Query("job", "The job; all that live, where it is absent.")]
    [Answers(200, typeof(GridStatistics))]
    [MayFail(ProblemTypes.NotFound, ProblemTypes.TooManyRequests)]
    public Task<IActionResult> StatisticsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/statistics")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AnybodyAsync(request, async () =>
    {
        string? job = request.Query["job"];
        if (!string.IsNullOrEmpty(job) && !GridNames.IsId(job))
            throw new SpecException("", "'job' must be the id of a job.", ProblemTypes.InvalidRequest);
        return Responses.Ok(await scheduler.StatisticsAsync(string.IsNullOrEmpty(job) ? null : job, cancellationToken));
    });

    /// <summary>Volunteers by credit.</summary>
    [Function("GetGridLeaderboard")]
    [OpenToAll]
    [Query("top", "How many volunteers at most.", 1, 100, 20)]
    [Answers(200, typeof(Leaderboard))]
    [MayFail(ProblemTypes.TooManyRequests)]
    public Task<IActionResult> LeaderboardAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/leaderboard")] HttpRequest request,
        CancellationToken cancellationToken) => gate.AnybodyAsync(request, async () =>
    {
        var rows = new List<LeaderboardRow>();
        foreach (var row in await scheduler.LeaderboardAsync(Responses.Top(request.Query, 20, 100), cancellationToken))
        {
            var volunteer = GridNames.IsId(row.VolunteerId) ? await registry.FindVolunteerAsync(row.VolunteerId, cancellationToken) : null;
            rows.Add(row with { Name = volunteer?.Name ?? row.VolunteerId });
        }
        return Responses.Ok(new Leaderboard(rows));
    });

    // A report of a file that is not there is refused here, so that the scheduler sees none without one. What is not open any more goes
    // through: a report may come again, and the scheduler knows what to say.
    private async Task<Dictionary<string, ReportAnswer>> MissingFilesAsync(HostKey host, IReadOnlyList<ResultReport> reports, CancellationToken cancellationToken)
    {
        // All at once: they share the log's next commit.
        var missing = await Task.WhenAll(reports.Where(report => report.Success).Select(async report =>
            await scheduler.AssignmentAsync(host, report.ResultId, cancellationToken) is { } assignment && !await uploads.IsThereAsync(assignment, report.ResultBytes, cancellationToken) ? report : null));
        return missing.OfType<ResultReport>().DistinctBy(report => report.ResultId).ToDictionary(
            report => report.ResultId,
            report => new ReportAnswer(report.ResultId, ReportAnswer.Refused, $"There is no file of {report.ResultBytes} bytes. Upload it, then report again."));
    }

    // Wakes the orchestrations of jobs whose results have come.
    private async Task WakeAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var job in wakeups.Take())
        {
            try
            {
                await client.RaiseEventAsync(job, GridOrchestrator.ProgressEvent, true, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // What was reported is durable; an orchestration that was not woken, or has ended meanwhile, looks by itself or needs not.
            }
        }
    }

    private async Task<IReadOnlyList<SignedAssignment>> SignAsync(HostKey host, IReadOnlyList<Assignment> assignments, CancellationToken cancellationToken)
    {
        if (assignments.Count == 0)
            return [];
        var key = await keys.GetAsync(cancellationToken);
        return [.. assignments.Select(assignment => new SignedAssignment(assignment, key.Sign(SignedContent.Of(host.HostId, assignment))))];
    }
}
