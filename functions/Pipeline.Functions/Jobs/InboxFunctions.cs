using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Starts a job for every spec that is uploaded to <c>jobs/inbox/</c>.</summary>
public sealed class InboxFunctions(JobService jobs, JobReceipts receipts, IObjectStore store, ILogger<InboxFunctions> logger)
{
    /// <summary>Starts the job and leaves a receipt; what is refused is told there, and the spec stays where it is.</summary>
    [Function("JobInbox")]
    public async Task RunAsync(
        [BlobTrigger("jobs/inbox/{name}", Connection = ObjectStoreFactory.DataAccount, Source = BlobTriggerSource.EventGrid)] Stream content,
        string name,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var source = $"inbox/{name}";
        if (await store.FindAsync(JobFiles.Container, source, cancellationToken) is not { } blob)
            return; // It was taken back before we came.
        var json = await ReadAsync(content, cancellationToken);
        // The same upload gives the same id, so a trigger that fires twice starts one job; a changed spec is another upload.
        var id = $"inbox-{Fingerprint.Of(source, blob.ETag)}";
        try
        {
            await jobs.SubmitAsync(client, json, id, cancellationToken);
        }
        catch (JobConflictException)
        {
            // An earlier firing for this very upload has started it.
        }
        catch (DataPolicyException e)
        {
            logger.LogWarning("The spec {Spec} is refused: {Reason}", source, e.Message);
            await receipts.WriteAsync(source, null, [new SpecFault("", e.Message)], cancellationToken);
            return;
        }
        catch (SpecException e)
        {
            logger.LogWarning("The spec {Spec} is refused: {Faults}", source, e.Message);
            await receipts.WriteAsync(source, null, e.Faults, cancellationToken);
            return;
        }
        await receipts.WriteAsync(source, id, [], cancellationToken);
    }

    // One byte more than is allowed is enough for the parser to refuse it by its size.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[JobSpec.MaxBytes + 1];
        return buffer.AsMemory(0, await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken));
    }
}
