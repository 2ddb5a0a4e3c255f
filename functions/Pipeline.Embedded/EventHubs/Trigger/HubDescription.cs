namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>What an event hub is.</summary>
/// <param name="PartitionIds">Its partitions.</param>
/// <param name="CreatedAt">When it was made: a hub that was deleted and made again is another one.</param>
internal sealed record HubDescription(IReadOnlyList<string> PartitionIds, DateTimeOffset CreatedAt);
