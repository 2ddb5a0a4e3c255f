using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Access;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>Answers when a job has ended, so that no polling interval is part of what is measured.</summary>
public static class JobWaiter
{
    [Function(nameof(WaitForJob))]
    [RequiresRole(Role.Reader)]
    public static async Task<IActionResult> WaitForJob(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "wait/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await client.WaitForInstanceCompletionAsync(id, cancellationToken);
        return new OkResult();
    }
}
