using System.Globalization;

namespace Pipeline.Streams;

/// <summary>Sends each row to an event hub, as a JSON object. A row may arrive twice; its <c>id</c> is then the same.</summary>
/// <param name="hub">The hub.</param>
/// <param name="key">The column whose value is the partition key; null for none.</param>
/// <param name="idField">The field of the object that holds the id; null for the property alone.</param>
/// <param name="sender">Sends.</param>
internal sealed class HubSink(string hub, string? key, string? idField, IEventHubSender sender) : IStreamSink
{
    private const int EventsOfAPart = 2_000;

    private readonly SinkProgress _progress = new();
    private readonly StreamOutputReader _reader = new();

    public string? LeavesBy { get; init; }

    public async Task PublishAsync(StreamOutput output, IStreamFence fence, CancellationToken cancellationToken)
    {
        await fence.EnsureOwnedAsync(cancellationToken);
        var json = new RowJson(output.Columns);
        var keyAt = key is null ? -1 : Enumerable.Range(0, output.Columns.Count).First(i => output.Columns[i].Name.Equals(key, StringComparison.OrdinalIgnoreCase));
        var part = 0;
        var done = _progress.Of(output.Origin);
        var (number, window) = (0L, 0);
        var events = new List<OutgoingEvent>();
        await foreach (var row in _reader.ReadAsync(output, cancellationToken))
        {
            if (output.Windows is { } windows)
            {
                while (windows[window].FirstRow + windows[window].Rows <= number) window++;
            }

            events.Add(Event(output, json, row, number++, window, keyAt));
            if (events.Count == EventsOfAPart) await FlushAsync();
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            if (part++ >= done && events.Count > 0)
            {
                await sender.SendAsync(hub, events, cancellationToken);
                _progress.Set(output.Origin, part);
            }

            events.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        return ValueTask.CompletedTask;
    }

    private OutgoingEvent Event(StreamOutput output, RowJson json, string row, long number, int window, int keyAt)
    {
        var origin = output.Origin;
        var id = string.Create(CultureInfo.InvariantCulture, $"{origin.Stream}/{origin.Generation}/{origin.Place}/{origin.Commit}/{number}");
        var properties = new Dictionary<string, object> { ["stream"] = origin.Stream, ["id"] = id };
        if (output.Windows is { } windows)
        {
            properties["window_start"] = RowJson.Time(windows[window].Start);
            properties["window_end"] = RowJson.Time(windows[window].End);
            properties["revision"] = windows[window].Revision;
        }

        var body = RowJson.Document(writer =>
        {
            writer.WriteStartObject();
            if (idField is not null) writer.WriteString(idField, id);
            json.WriteFields(writer, row);
            writer.WriteEndObject();
        });
        // A key may have 128 characters; what follows could only tell apart what is alike so far, and goes to the same partition then.
        var text = keyAt < 0 ? null : RowJson.Value(row, keyAt);
        return new OutgoingEvent(body, text?.Length > EventHubSender.LongestPartitionKey ? text[..EventHubSender.LongestPartitionKey] : text, null, properties);
    }
}
