namespace Azure.Messaging.EventHubs;

public static class EventHubsModelFactory
{
    public static EventData EventData(
        BinaryData eventBody,
        IDictionary<string, object>? properties = default,
        IReadOnlyDictionary<string, object>? systemProperties = default,
        string? partitionKey = default,
        long sequenceNumber = long.MinValue,
        string? offsetString = default,
        DateTimeOffset enqueuedTime = default) =>
        new(new GivenEvent(eventBody.ToMemory(), properties, systemProperties, partitionKey, sequenceNumber, offsetString, enqueuedTime)) { EventBody = eventBody };
}
