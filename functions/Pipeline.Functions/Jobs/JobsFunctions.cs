using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Access;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>The HTTP API of jobs.</summary>
public sealed class JobsFunctions(JobService jobs, JobResultReader results, IObjectStore store)
{
    /// <summary>Checks a spec and starts its job: 202.</summary>
    [Function("SubmitJob")]
    [RequiresRole(Role.Submitter)]
    [Takes(Spec = "job")]
    [Query("id", "The job's id, where the spec has none.")]
    [Answers(202, typeof(JobAccepted), Headers = ["Location: The job's address."])]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.Policy, ProblemTypes.StorageFull)]
    public Task<IActionResult> SubmitAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/jobs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var json = await Responses.ReadBodyAsync(request, JobSpec.MaxBytes, cancellationToken);
        string? chosen = request.Query["id"];
        var (id, kind) = await jobs.SubmitAsync(client, json, string.IsNullOrEmpty(chosen) ? null : chosen, cancellationToken);
        return Accepted(request, client, id, kind);
    });

    /// <summary>Starts a job anew, as another one with the same spec: 202.</summary>
    [Function("RestartJob")]
    [RequiresRole(Role.Submitter)]
    [Answers(202, typeof(JobAccepted), Headers = ["Location: The job's address."])]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.Policy, ProblemTypes.StorageFull, ProblemTypes.InvalidSpec)]
    public Task<IActionResult> RestartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/jobs/{id}/restart")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var (started, kind) = await jobs.RestartAsync(client, id, cancellationToken);
        return Accepted(request, client, started, kind);
    });

    /// <summary>Gives the spec of a job as it was sent.</summary>
    [Function("GetJobSpec")]
    [RequiresRole(Role.Reader)]
    [Answers(200, "application/json")]
    public Task<IActionResult> SpecAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/spec")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            new FileContentResult(await jobs.GetSpecAsync(id, cancellationToken), "application/json"));

    /// <summary>Tells how a job would run, without running it.</summary>
    [Function("PlanJob")]
    [RequiresRole(Role.Submitter)]
    [Takes(Spec = "job")]
    [Answers(200, typeof(JobPlan))]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> PlanAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/jobs/plan")] HttpRequest request,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await jobs.PlanAsync(await Responses.ReadBodyAsync(request, JobSpec.MaxBytes, cancellationToken), cancellationToken)));

    /// <summary>Lists jobs, newest first.</summary>
    [Function("ListJobs")]
    [RequiresRole(Role.Reader)]
    [Query("kind", "Jobs of this kind alone.")]
    [Query("status", "Jobs with this status alone.", Words = typeof(JobStatus))]
    [Query("top", "How many jobs at most.", 1, 1_000, 50)]
    [Query("continuationToken", "Where the last page ended.")]
    [Answers(200, typeof(JobPage))]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var query = request.Query;
        var top = Responses.Top(query, 50, 1_000);
        JobStatus? status = null;
        if (query["status"].ToString() is { Length: > 0 } word)
        {
            status = Enum.TryParse<JobStatus>(word, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
                ? parsed
                : throw new SpecException("", $"'{word}' is not a status. Statuses are: {string.Join(", ", Enum.GetNames<JobStatus>())}.", ProblemTypes.InvalidRequest);
        }
        var page = await jobs.ListAsync(client, NullIfEmpty(query["kind"]), status, top, NullIfEmpty(query["continuationToken"]), cancellationToken);
        return Responses.Ok(page);
    });

    /// <summary>Shows one job.</summary>
    [Function("GetJob")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(JobView))]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () => Responses.Ok(await jobs.GetAsync(client, id, cancellationToken)));

    /// <summary>Gives the rows of a completed job.</summary>
    [Function("GetJobResult")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many rows at most.", 1, 100_000, 1_000)]
    [Answers(200, typeof(JobResult))]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.Policy)]
    public Task<IActionResult> ResultAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/result")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var top = Responses.Top(request.Query, 1_000, 100_000);
        var job = await jobs.GetAsync(client, id, cancellationToken);
        if (job.Output is null)
            throw new JobConflictException($"Job '{id}' has no result: it is {job.Status}.{(job.Error is null ? " Ask again when it is Completed." : $" {job.Error.Message}")}");
        return Responses.Ok(await results.ReadAsync(job.Output, top, cancellationToken));
    });

    /// <summary>Gives a file that a completed job made besides its rows, for instance a picture.</summary>
    [Function("GetJobArtifact")]
    [RequiresRole(Role.Reader)]
    [Answers(200, "image/png")]
    [Answers(200, "application/octet-stream")]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> ArtifactAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/artifacts/{file}")] HttpRequest request,
        string id,
        string file,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var job = await jobs.GetAsync(client, id, cancellationToken);
        var named = (job.Output?.Artifacts ?? []).Where(artifact => !artifact.EndsWith('/')).ToList();
        if (named.Find(artifact => artifact.EndsWith($"/{file}", StringComparison.Ordinal)) is not { } found)
            throw new NotFoundException($"Job '{id}' made no '{file}'.{NearestName.Hint(file, named.Select(artifact => artifact[(artifact.LastIndexOf('/') + 1)..]))}");
        var slash = found.IndexOf('/', StringComparison.Ordinal);
        // Nothing but pictures is shown: another file that looks like a page must not become one.
        var type = file.EndsWith(".png", StringComparison.Ordinal) ? "image/png" : "application/octet-stream";
        return new FileStreamResult(await store.OpenReadAsync(found[..slash], found[(slash + 1)..], cancellationToken), type);
    });

    /// <summary>Cancels a job: 202.</summary>
    [Function("CancelJob")]
    [RequiresRole(Role.Submitter)]
    [Answers(202, typeof(JobCanceled))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/jobs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        await jobs.CancelAsync(client, id, cancellationToken);
        return Responses.Ok(new JobCanceled(id, JobStatus.Canceled), StatusCodes.Status202Accepted);
    });

    private static IActionResult Accepted(HttpRequest request, DurableTaskClient client, string id, string kind)
    {
        request.HttpContext.Response.Headers.Location = $"/api/jobs/{id}";
        // The management URLs carry a key that opens the whole of the Durable HTTP API.
        var urls = Caller.Of(request)?.Has(Role.Operator) == true ? client.CreateHttpManagementPayload(id) : null;
        return Responses.Ok(
            new JobAccepted(id, kind, urls?.StatusQueryGetUri, urls?.SendEventPostUri, urls?.TerminatePostUri, urls?.SuspendPostUri, urls?.ResumePostUri, urls?.PurgeHistoryDeleteUri),
            StatusCodes.Status202Accepted);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
