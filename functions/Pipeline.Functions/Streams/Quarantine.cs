using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>Where events go that cannot be read: a file of JSON lines for those of one commit.</summary>
public sealed class Quarantine(IObjectStore store)
{
    /// <summary>The container.</summary>
    public const string Container = "quarantine";

    private const int MostShown = 2_000;

    /// <summary>The file of the events from a sequence number on: the same for the same events, however often they are written.</summary>
    internal static string PathOf(StreamPlace place, long firstSequence) =>
        string.Create(CultureInfo.InvariantCulture, $"streams/{place.Stream}/{place.Generation}/{place.Partition}/{firstSequence:D20}.jsonl");

    /// <summary>The latest events of a stream that could not be read.</summary>
    /// <param name="stream">The stream's name.</param>
    /// <param name="top">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<DeadLetters> LatestAsync(string stream, int top, CancellationToken cancellationToken)
    {
        ObjectName.CheckSegment(stream);
        var files = new List<ObjectInfo>();
        await foreach (var file in store.ListAsync(Container, $"streams/{stream}/", cancellationToken))
            files.Add(file);
        var events = new List<DeadLetter>();
        foreach (var file in files.OrderByDescending(f => f.LastModified))
        {
            if (events.Count >= top)
                break;
            await using var content = await store.OpenReadAsync(Container, file.Path, cancellationToken);
            using var reader = new StreamReader(content);
            while (events.Count < top && await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (JsonSerializer.Deserialize<PoisonEvent>(line, Responses.Json) is { } poison)
                    events.Add(new DeadLetter(poison.Partition, poison.SequenceNumber, poison.EnqueuedTime, poison.Reason, Short(poison.Body ?? poison.BodyBase64 ?? "")));
            }
        }
        return new DeadLetters(stream, events);
    }

    private static string Short(string text) => text.Length <= MostShown ? text : text[..MostShown] + "…";
}
