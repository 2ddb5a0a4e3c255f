using System.Text.Json;
using Azure.Messaging.EventHubs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>
/// Takes the word of uploads from an event hub, in place of the blob triggers: in a private network Event Grid cannot call the app, but
/// it can send to a hub of the same network. Each upload goes to the function whose blob trigger it would have set off.
/// </summary>
public sealed partial class BlobUploads(InboxFunctions inbox, Subscriptions subscriptions, IObjectStore store, ILogger<BlobUploads> logger)
{
    /// <summary>The setting that names the hub.</summary>
    public const string HubSetting = "PipelineUploadHub";

    // Must be that of the streams' hubs; rooms do not import each other.
    private const string Connection = "EventHubsConnection";
    private const string Created = "Microsoft.Storage.BlobCreated";
    private const string Containers = "/blobServices/default/containers/";
    private const string Blobs = "/blobs/";

    /// <summary>Hands the uploads on. Should one fail, all of the batch come again, which changes nothing for the others: what they start
    /// has its name from the blob's version.</summary>
    [Function(nameof(BlobUploads))]
    [ExponentialBackoffRetry(5, "00:00:02", "00:01:00")]
    public async Task RunAsync(
        [EventHubTrigger($"%{HubSetting}%", ConsumerGroup = "%PipelineConsumerGroup%", Connection = Connection)] EventData[] events,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        var faults = new List<Exception>();
        foreach (var (container, path) in events.SelectMany(Read).Distinct())
        {
            try
            {
                await NoticeAsync(container, path, client, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogFault(e, container, path);
                faults.Add(e);
            }
        }

        if (faults.Count > 0)
            throw new AggregateException($"{faults.Count} uploads could not be handled; they come again.", faults);
    }

    /// <summary>The blobs that one message speaks of: Event Grid sends an event, or an array of them.</summary>
    internal IEnumerable<(string Container, string Path)> Read(EventData message)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message.EventBody.ToMemory());
        }
        catch (JsonException e)
        {
            LogUnreadable(e, message.SequenceNumber);
            yield break;
        }

        using (document)
        {
            var root = document.RootElement;
            var events = root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : new[] { root };
            foreach (var one in events.Where(e => e.ValueKind == JsonValueKind.Object))
            {
                // Event Grid's own schema says eventType, the one of Cloud Events type.
                var type = Text(one, "eventType") ?? Text(one, "type");
                var subject = Text(one, "subject") ?? "";
                var at = subject.IndexOf(Blobs, StringComparison.Ordinal);
                if (type == Created && at > Containers.Length && subject.StartsWith(Containers, StringComparison.Ordinal))
                    yield return (subject[Containers.Length..at], subject[(at + Blobs.Length)..]);
            }
        }
    }

    private async Task NoticeAsync(string container, string path, DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (container == DatasetFolders.Container)
        {
            await UploadWatch.NoticeAsync(Stream.Null, path, client, cancellationToken);
        }
        else if (container == JobFiles.Container && Below("inbox/") is { } spec)
        {
            await using var content = await OpenAsync(container, path, cancellationToken);
            if (content is not null)
                await inbox.RunAsync(content, spec, client, cancellationToken);
        }
        else if (container == JobFiles.Container && Below("uploads/") is { } manifest)
        {
            await using var content = await OpenAsync(container, path, cancellationToken);
            if (content is null)
                return;
            using var reader = new StreamReader(content);
            await subscriptions.RunAsync(await reader.ReadToEndAsync(cancellationToken), manifest, client, cancellationToken);
        }

        string? Below(string folder) => path.StartsWith(folder, StringComparison.Ordinal) && path.Length > folder.Length ? path[folder.Length..] : null;
    }

    private async Task<Stream?> OpenAsync(string container, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await store.OpenReadAsync(container, path, cancellationToken);
        }
        catch (ObjectNotFoundException)
        {
            return null; // It was taken back before we came.
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(1, LogLevel.Error, "The upload of {Path} in container '{Container}' could not be handled")]
    private partial void LogFault(Exception error, string container, string path);

    [LoggerMessage(2, LogLevel.Error, "The event {SequenceNumber} of the hub for uploads is not JSON; it is left out")]
    private partial void LogUnreadable(Exception error, long sequenceNumber);
}
