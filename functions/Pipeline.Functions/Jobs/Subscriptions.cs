using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Starts the jobs whose specs, in <c>jobs/subscriptions/</c>, read a dataset that has new data.</summary>
public sealed class Subscriptions(JobService jobs, JobReceipts receipts, IObjectStore store, ILogger<Subscriptions> logger)
{
    private const string Folder = "subscriptions/";

    /// <summary>Starts the jobs, each once for the same data: its id is derived from what the dataset holds.</summary>
    [Function("SubscribedJobs")]
    public async Task RunAsync(
        [BlobTrigger("jobs/uploads/{name}", Connection = ObjectStoreFactory.DataAccount, Source = BlobTriggerSource.EventGrid)] string content,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var upload = JsonSerializer.Deserialize<UploadManifest>(content, Responses.Json)
            ?? throw new InvalidDataException($"The manifest jobs/uploads/{name} is empty. Upload the dataset's _SUCCESS marker again to have it rewritten.");
        await foreach (var subscription in store.ListAsync(JobFiles.Container, Folder, cancellationToken))
        {
            if (subscription.Path.EndsWith(".json", StringComparison.Ordinal))
                await StartAsync(client, subscription, upload, cancellationToken);
        }
    }

    private async Task StartAsync(DurableTaskClient client, ObjectInfo subscription, UploadManifest upload, CancellationToken cancellationToken)
    {
        var dataset = upload.Dataset;
        // A subscription that is edited is another job for the same data.
        var fingerprint = Fingerprint.Of(subscription.Path, subscription.ETag, upload.Fingerprint);
        var receipt = $"{subscription.Path[..^".json".Length]}/{fingerprint}.json";
        try
        {
            var json = await ReadAsync(subscription, cancellationToken);
            var (inputs, output) = jobs.Datasets(json);
            if (!inputs.Contains(dataset, StringComparer.Ordinal))
                return;
            if (output is not null && inputs.Contains(output, StringComparer.Ordinal))
                throw new SpecException("/output/dataset", $"A subscription that writes the dataset '{output}' and reads it too would start itself for ever. Write another dataset.");
            var id = $"sub-{fingerprint}";
            await jobs.SubmitAsync(client, json, id, cancellationToken);
            await receipts.WriteAsync(receipt, id, [], cancellationToken);
        }
        catch (JobConflictException)
        {
            // Started already, for the same data.
        }
        catch (DataPolicyException e)
        {
            logger.LogWarning("The spec {Spec} is refused: {Reason}", subscription.Path, e.Message);
            await receipts.WriteAsync(receipt, null, [new SpecFault("", e.Message)], cancellationToken);
        }
        catch (SpecException e)
        {
            logger.LogWarning("The subscription {Spec} is refused: {Faults}", subscription.Path, e.Message);
            await receipts.WriteAsync(receipt, null, e.Faults, cancellationToken);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(ObjectInfo blob, CancellationToken cancellationToken)
    {
        if (blob.Length > JobSpec.MaxBytes)
            return Encoding.UTF8.GetBytes(new string(' ', JobSpec.MaxBytes + 1)); // refused by its size like any other
        return await store.ReadAllAsync(blob.Container, blob.Path, cancellationToken);
    }
}
