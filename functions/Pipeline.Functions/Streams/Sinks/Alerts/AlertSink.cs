using System.Globalization;
using System.Text.Json;

namespace Pipeline.Streams;

/// <summary>Keeps the rows that meet a condition as alerts of the stream, and calls a webhook with them if there is one.</summary>
internal sealed class AlertSink(string name, AlertCondition condition, int index, AlertStore alerts, WebhookTarget? webhook, WebhookClient client) : IStreamSink
{
    // More at once would be no alerts any more.
    private const int MostOfACommit = 1_000;
    private const int AlertsOfACall = 100;

    private readonly SinkProgress _progress = new();
    private readonly StreamOutputReader _reader = new();

    public string? LeavesBy => webhook is null ? null : $"a webhook of {webhook.Url.Host}";

    public async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        if (output.Rows == 0) return;
        var found = await FindAsync(output, cancellationToken);
        if (found.Count == 0) return;
        await fence.EnsureOwnedAsync(cancellationToken);
        await alerts.WriteAsync(output.Origin, index, At(output), found, cancellationToken);
        if (webhook is not null) await CallAsync(webhook, output.Origin, found, cancellationToken);
    }

    public async Task ResetAsync(StreamOrigin origin, long? from, IStreamFence fence, CancellationToken cancellationToken)
    {
        await fence.EnsureOwnedAsync(cancellationToken);
        await alerts.RemoveAsync(origin, index, from, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task CallAsync(WebhookTarget target, StreamOrigin origin, IReadOnlyList<StreamAlert> found, CancellationToken cancellationToken)
    {
        foreach (var (part, some) in found.Chunk(AlertsOfACall).Index().Skip(_progress.Of(origin)))
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{origin.Generation}/{origin.Place}/{origin.Commit}/alert-{index}/{part}");
            var body = RowJson.Document(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("stream", origin.Stream);
                writer.WriteString("alert", name);
                writer.WritePropertyName("alerts");
                JsonSerializer.Serialize(writer, some, Jobs.Responses.Json);
                writer.WriteEndObject();
            });
            await client.SendAsync(target, new WebhookCall(key, body), cancellationToken);
            _progress.Set(origin, part + 1);
        }
    }

    // By what a replay does not change, so that an alert keeps its place in the order.
    private static long At(StreamOutput output) => output.Windows is { Count: > 0 } windows ? windows.Max(w => w.End) : output.Enqueued;

    private async Task<IReadOnlyList<StreamAlert>> FindAsync(StreamOutput output, CancellationToken cancellationToken)
    {
        var json = new RowJson(output.Columns);
        var found = new List<StreamAlert>();
        var next = 0;
        foreach (var (number, row) in await condition.MatchesAsync(_reader, output, MostOfACommit, cancellationToken))
        {
            OutputWindow? window = null;
            if (output.Windows is { } windows)
            {
                while (windows[next].FirstRow + windows[next].Rows <= number) next++;
                window = windows[next];
            }

            using var document = JsonDocument.Parse(RowJson.Document(writer => json.Write(writer, row)));
            found.Add(new StreamAlert(
                name, condition.Text, Micros.ToTime(window?.Start), Micros.ToTime(window?.End), window?.Revision ?? 0, Micros.ToTime(output.EventTime), output.Origin.Place, document.RootElement.Clone()));
        }

        return found;
    }
}
