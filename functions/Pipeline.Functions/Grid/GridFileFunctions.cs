using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Pipeline.Access;
using Pipeline.Grid.Limits;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Uploads;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Grid;

/// <summary>The files of the grid: inputs and shared files go out by ranges, results come in by parts.</summary>
public sealed class GridFileFunctions(GridGate gate, GridLimits limits, IGridScheduler scheduler, IObjectStore store, ResultUploads uploads)
{
    /// <summary>Gives an input or a shared file, whole or a range of it.</summary>
    [Function("GetGridFile")]
    [RequiresRole(Role.Volunteer)]
    [Answers(200, "application/octet-stream")]
    [Answers(206, "application/octet-stream")]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.TooManyRequests)]
    public Task<IActionResult> DownloadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/grid/files/{*path}")] HttpRequest request,
        string path,
        CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
    {
        if (!GridNames.IsInputPath(path) && !GridNames.IsFilePath(path))
            throw new NotFoundException("There are only inputs/{job}/{unit} and files/{sha256} here.");
        var info = await store.FindAsync(GridFiles.Container, path, cancellationToken) ?? throw new NotFoundException("There is no such file. Its job may be over.");
        // Given back with the request, also where the answer is never sent.
        request.HttpContext.Response.RegisterForDispose(limits.EnterDownload(host.HostId));
        return new FileStreamResult(new ObjectStream(store, info), "application/octet-stream")
        {
            EnableRangeProcessing = true,
            EntityTag = new EntityTagHeaderValue($"\"{info.ETag.Trim('"')}\""),
        };
    });

    /// <summary>Tells how far the upload of a result is.</summary>
    [Function("GetGridUpload")]
    [RequiresRole(Role.Volunteer)]
    [Query("sha256", "The SHA-256 of all the file's bytes, in lower-case hexadecimal.", Required = true)]
    [Answers(204, Headers = ["Upload-Offset: How many bytes are there.", "Upload-Complete: Whether those are all: ?1 or ?0."])]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.TooManyRequests)]
    public Task<IActionResult> UploadStateAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "head", Route = "api/grid/results/{id}")] HttpRequest request,
        string id,
        CancellationToken cancellationToken) => OpenResultAsync(request, id, async (_, assignment, sha256) =>
            await uploads.StateAsync(assignment, sha256, cancellationToken), cancellationToken);

    /// <summary>Takes a part of a result's file.</summary>
    [Function("PutGridUpload")]
    [RequiresRole(Role.Volunteer)]
    [Takes("application/octet-stream")]
    [Query("sha256", "The SHA-256 of all the file's bytes, in lower-case hexadecimal.", Required = true)]
    [Answers(200, typeof(UploadState), Headers = ["Upload-Offset: How many bytes are there.", "Upload-Complete: Whether those are all: ?1 or ?0."])]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.TooManyRequests, ProblemTypes.StorageFull)]
    public Task<IActionResult> UploadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "api/grid/results/{id}")] HttpRequest request,
        string id) => OpenResultAsync(request, id, async (host, assignment, sha256) =>
    {
        if (UploadRange.Parse(request.Headers.ContentRange) is not { } range)
            throw new UploadRefusedException(StatusCodes.Status400BadRequest, "Say which bytes these are: Content-Range: bytes FIRST-LAST/TOTAL.");
        return await uploads.PutAsync(host, assignment, sha256, range, request.Body, CancellationToken.None);
    }, CancellationToken.None); // A connection that breaks ends the body; what came of it before is worth keeping.

    private Task<IActionResult> OpenResultAsync(
        HttpRequest request, string id, Func<HostKey, Assignment, string, Task<UploadState>> handler, CancellationToken cancellationToken) => gate.HostAsync(request, async host =>
    {
        var sha256 = request.Query["sha256"].ToString();
        if (!GridNames.IsSha256(sha256))
            throw new UploadRefusedException(StatusCodes.Status400BadRequest, "Say which file it is: ?sha256= with the SHA-256 of all its bytes in lower-case hexadecimal.");
        if (!GridNames.IsId(id) || await scheduler.AssignmentAsync(host, id, cancellationToken) is not { } assignment)
            throw new NotFoundException("This host has no open result of that id.");
        // Telling how far it is may read all of a file, too.
        using var place = limits.EnterUpload(host.HostId);
        var state = await handler(host, assignment, sha256);
        var headers = request.HttpContext.Response.Headers;
        headers["Upload-Offset"] = state.Offset.ToString(CultureInfo.InvariantCulture);
        headers["Upload-Complete"] = state.Complete ? "?1" : "?0";
        return HttpMethods.IsHead(request.Method) ? new NoContentResult() : GridGate.Ok(state);
    });
}
