namespace Pipeline.Streams;

/// <summary>What an event hub says of itself.</summary>
/// <param name="PartitionIds">Its partitions.</param>
/// <param name="CreatedAt">When it was made.</param>
internal sealed record HubProperties(IReadOnlyList<string> PartitionIds, DateTimeOffset CreatedAt);
