namespace Pipeline.Streams;

/// <summary>An event to send. What it points to must stay as it is until the sending has ended.</summary>
/// <param name="Body">Its body.</param>
/// <param name="PartitionKey">Events of one key go to one partition and keep their order; null for none.</param>
/// <param name="PartitionId">The partition that it goes to, whatever its key; null to go by the key or, without one, to any.</param>
/// <param name="Properties">Values to go with it: texts, numbers, booleans, bytes, times and GUIDs; null for none.</param>
public readonly record struct OutgoingEvent(
    ReadOnlyMemory<byte> Body,
    string? PartitionKey = null,
    string? PartitionId = null,
    IReadOnlyDictionary<string, object>? Properties = null);
