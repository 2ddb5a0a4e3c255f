namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Another reader has taken a partition.</summary>
/// <param name="message">Which has, as the hub tells it.</param>
internal sealed class PartitionTakenException(string message) : Exception(message);
