using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Documentation;

/// <summary>The function that the README adds to the app.</summary>
public sealed class RowCounts(DatasetCatalog datasets)
{
    [Function("CountRows")]
    [RequiresRole(Role.Reader)]
    public Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/rows/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        Responses.GuardAsync(async () => Responses.Ok(await datasets.DescribeAsync(name, cancellationToken)));
}
