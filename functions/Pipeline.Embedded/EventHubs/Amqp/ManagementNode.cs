using Amqp;
using Amqp.Types;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Answers what clients ask <c>$management</c>: about a hub and about a partition.</summary>
internal static class ManagementNode
{
    private const string HubType = "com.microsoft:eventhub";
    private const string PartitionType = "com.microsoft:partition";

    /// <summary>Answers a request.</summary>
    /// <param name="request">A READ with the hub's name.</param>
    /// <param name="hubs">The hubs by name.</param>
    /// <param name="mayRead">Whether the client holds a token for a hub.</param>
    public static Message Answer(Message request, IReadOnlyDictionary<string, EventHub> hubs, Func<string, bool> mayRead)
    {
        var asked = request.ApplicationProperties;
        var (operation, type, name) = (asked?["operation"] as string, asked?["type"] as string, asked?["name"] as string ?? "");
        if (operation != "READ" || type is not (HubType or PartitionType))
            return Fault(400, AmqpErrors.Argument, $"'{operation}' of '{type}' is not known; ask for READ of {HubType} or {PartitionType}.");
        if (!mayRead(name)) return Fault(401, AmqpErrors.Unauthorized, $"There is no valid token for '{name}' on this connection.");
        if (!hubs.TryGetValue(name, out var hub)) return Fault(404, AmqpErrors.NotFound, NotFound(name, hubs));
        if (type == HubType) return RequestNode.Answer(200, "OK", Describe(hub));
        return asked!["partition"] is string id && hub.FindPartition(id) is { } partition
            ? RequestNode.Answer(200, "OK", Describe(hub, partition))
            : Fault(400, AmqpErrors.ArgumentOutOfRange, NoPartition(hub, asked["partition"] as string));
    }

    /// <summary>What to say where a hub is not there.</summary>
    public static string NotFound(string name, IReadOnlyDictionary<string, EventHub> hubs) =>
        // By these words the official clients know that trying again does not help.
        $"The messaging entity '{name}' could not be found: no event hub has that name.{NearestName.Hint(name, hubs.Values.Select(hub => hub.Name))}";

    /// <summary>What to say where a partition is not there.</summary>
    public static string NoPartition(EventHub hub, string? id) =>
        $"The event hub '{hub.Name}' has no partition '{id}': its partitions are 0 to {hub.Partitions.Count - 1}.";

    private static Message Fault(int status, string condition, string description) =>
        RequestNode.Answer(status, description, new Map(), condition);

    private static Map Describe(EventHub hub) => new()
    {
        ["name"] = hub.Name,
        ["type"] = HubType,
        ["created_at"] = hub.CreatedAt.UtcDateTime,
        ["partition_count"] = hub.Partitions.Count,
        ["partition_ids"] = Enumerable.Range(0, hub.Partitions.Count).Select(id => $"{id}").ToArray(),
        ["georeplication_factor"] = 1,
    };

    private static Map Describe(EventHub hub, int partition)
    {
        var state = hub.Partitions[partition].State;
        return new Map
        {
            ["name"] = hub.Name,
            ["type"] = PartitionType,
            ["partition"] = $"{partition}",
            ["begin_sequence_number"] = state.BeginSequenceNumber,
            ["last_enqueued_sequence_number"] = state.NextSequenceNumber - 1,
            ["last_enqueued_offset"] = $"{state.LastOffset ?? -1}",
            ["last_enqueued_time_utc"] = DateTimeOffset.FromUnixTimeMilliseconds(state.LastEnqueuedTime).UtcDateTime,
            ["is_partition_empty"] = state.IsEmpty,
        };
    }
}
