using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>The HTTP API of datasets.</summary>
public sealed class DatasetFunctions(DatasetCatalog datasets, DatasetReader reader, DatasetWriter writer)
{
    /// <summary>Lists the datasets.</summary>
    [Function("ListDatasets")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(IReadOnlyList<DatasetView>))]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets")] HttpRequest request,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () => Responses.Ok(await datasets.ListAsync(cancellationToken)));

    /// <summary>Shows one dataset with its columns.</summary>
    [Function("GetDataset")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(DatasetView))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Policy)]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () => Responses.Ok(await datasets.DescribeAsync(name, cancellationToken)));

    /// <summary>Lists the files of a dataset.</summary>
    [Function("ListDatasetFiles")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many files at most.", 1, 100_000, 1_000)]
    [Answers(200, typeof(IReadOnlyList<DatasetFileView>))]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> FilesAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{name}/files")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await reader.FilesAsync(name, Responses.Top(request.Query, 1_000, 100_000), cancellationToken)));

    /// <summary>Gives the first rows of a dataset.</summary>
    [Function("GetDatasetRows")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many rows at most.", 1, 1_000, 50)]
    [Answers(200, typeof(JobResult))]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> RowsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{name}/rows")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await reader.RowsAsync(name, Responses.Top(request.Query, 50, 1_000), cancellationToken)));

    /// <summary>Uploads one Parquet file, or a file that applications read by name, whole or not at all.</summary>
    [Function("UploadDatasetFile")]
    [RequiresRole(Role.Submitter)]
    [Takes("application/octet-stream")]
    [Answers(201, typeof(ObjectInfo))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict, ProblemTypes.Policy, ProblemTypes.StorageFull)]
    public Task<IActionResult> UploadAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/datasets/{name}/files/{*path}")] HttpRequest request,
        string name,
        string path,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await writer.WriteAsync(name, path, request.Body, cancellationToken), StatusCodes.Status201Created));

    /// <summary>Closes an upload with its marker.</summary>
    [Function("CompleteDataset")]
    [RequiresRole(Role.Submitter)]
    [Answers(200, typeof(DatasetView))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Policy, ProblemTypes.StorageFull)]
    public Task<IActionResult> CompleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/datasets/{name}/complete")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        await writer.CompleteAsync(name, cancellationToken);
        return Responses.Ok(await datasets.DescribeAsync(name, cancellationToken));
    });
}
