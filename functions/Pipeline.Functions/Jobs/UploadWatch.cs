using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Notices when an upload to a dataset is over: its <c>_SUCCESS</c> marker has come, or nothing has come for a while. It then
/// writes an <see cref="UploadManifest"/>, which starts the jobs that subscribe to the dataset.</summary>
public sealed class UploadWatch(IObjectStore store, DatasetListing datasets)
{
    /// <summary>How long nothing may come before an upload without a marker counts as over.</summary>
    public static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(30);

    private const string Uploaded = "Uploaded";

    // The history of one round; a large upload has many events.
    private const int EventsPerRound = 200;

    /// <summary>Tells the watch of the blob's dataset, which starts with the first blob of an upload.</summary>
    [Function("DatasetUpload")]
    public static async Task NoticeAsync(
        [BlobTrigger("datasets/{path}", Connection = ObjectStoreFactory.DataAccount, Source = BlobTriggerSource.EventGrid)] Stream content,
        string path,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !DatasetFolders.IsUploaded(path))
            return; // A blob beside the datasets' folders belongs to none.
        var dataset = path[..slash];
        var id = $"upload-{dataset}";
        if (await client.GetInstanceAsync(id, cancellationToken) is null or { IsCompleted: true })
            await StartAsync(client, id, dataset, cancellationToken);
        // Should the watch end between these two lines, this fails, the trigger fires again, and a new watch starts.
        await client.RaiseEventAsync(id, Uploaded, path.EndsWith($"/{DatasetFolders.SuccessMarker}", StringComparison.Ordinal), cancellationToken);
    }

    /// <summary>Waits for the end of the upload.</summary>
    [Function(nameof(UploadWatch))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string dataset)
    {
        for (var events = 0; await NextIsNotLastAsync(context); events++)
        {
            if (events < EventsPerRound)
                continue;
            context.ContinueAsNew(dataset);
            return;
        }
        await context.CallActivityAsync(nameof(CloseUpload), dataset, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromSeconds(1), 2)));
    }

    /// <summary>Writes the manifest, under a name derived from the data: closing the same upload twice changes nothing.</summary>
    [Function(nameof(CloseUpload))]
    public async Task CloseUpload([ActivityTrigger] string dataset, CancellationToken cancellationToken)
    {
        var versions = new List<string>();
        long bytes = 0;
        foreach (var blob in await datasets.ReadAsync(dataset, null, cancellationToken))
        {
            versions.Add($"{blob.Path} {blob.ETag}");
            bytes += blob.Length;
        }
        if (versions.Count == 0)
            return;
        var manifest = new UploadManifest(dataset, Fingerprint.Of([dataset, .. versions]), versions.Count, bytes);
        try
        {
            var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, Responses.Json));
            await store.WriteAsync(JobFiles.Container, $"uploads/{dataset}/{manifest.Fingerprint}.json", json, WriteCondition.IfAbsent, cancellationToken);
        }
        catch (ConditionFailedException)
        {
            // This very data was announced before.
        }
    }

    private static async Task<bool> NextIsNotLastAsync(TaskOrchestrationContext context)
    {
        try
        {
            return !await context.WaitForExternalEvent<bool>(Uploaded, QuietPeriod);
        }
        catch (TaskCanceledException)
        {
            return false;
        }
    }

    private static async Task StartAsync(DurableTaskClient client, string id, string dataset, CancellationToken cancellationToken)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(nameof(UploadWatch), dataset, new StartOrchestrationOptions(id), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Another blob of the same upload was first; if it is anything worse, raising the event fails too.
        }
    }
}
