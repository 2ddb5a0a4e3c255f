using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Starts compactions of the datasets that streams write.</summary>
public sealed class CompactionFunctions(SinkHorizon horizon, DatasetListing listing, CompactionOptions options)
{
    /// <summary>Looks every five minutes for datasets that have many small files.</summary>
    [Function("CompactDatasets")]
    public async Task RunAsync([TimerTrigger("0 */5 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var dataset in await horizon.DatasetsAsync(cancellationToken))
        {
            var small = (await listing.ReadAsync(dataset, null, cancellationToken)).Count(f => f.Length < options.TargetBytes / 2);
            if (small >= options.MinFiles) await StartAsync(client, dataset, cancellationToken);
        }
    }

    /// <summary>Compacts a dataset now: 202.</summary>
    [Function("CompactDataset")]
    [RequiresRole(Role.Operator)]
    [Answers(202, typeof(CompactionStarted))]
    [MayFail(ProblemTypes.InvalidRequest)]
    public static Task<IActionResult> CompactAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/datasets/{name}/compact")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        ObjectName.CheckSegment(name);
        var id = await StartAsync(client, name, cancellationToken);
        return Responses.Ok(new CompactionStarted(name, id, client.CreateHttpManagementPayload(id).StatusQueryGetUri), StatusCodes.Status202Accepted);
    });

    private static async Task<string> StartAsync(DurableTaskClient client, string dataset, CancellationToken cancellationToken)
    {
        var id = $"compact-{dataset}";
        if (await client.GetInstanceAsync(id, cancellationToken) is { IsCompleted: false }) return id;
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(CompactionOrchestrator.Name, dataset, new StartOrchestrationOptions(id), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Somebody else started it in this moment, or else the next look does.
            if (await client.GetInstanceAsync(id, cancellationToken) is null) throw;
        }

        return id;
    }
}
