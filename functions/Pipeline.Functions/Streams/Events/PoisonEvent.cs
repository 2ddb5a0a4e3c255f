namespace Pipeline.Streams;

/// <summary>An event that cannot be read, as a line of a file in quarantine.</summary>
/// <param name="Partition">The partition of the hub.</param>
/// <param name="SequenceNumber">Its place in the partition.</param>
/// <param name="Offset">The hub's own name of its place.</param>
/// <param name="EnqueuedTime">When the hub took it.</param>
/// <param name="Reason">Why it cannot be read.</param>
/// <param name="Body">What was sent, where it is text.</param>
/// <param name="BodyBase64">What was sent, where it is not.</param>
internal sealed record PoisonEvent(
    int Partition, long SequenceNumber, string? Offset, DateTimeOffset EnqueuedTime, string Reason, string? Body, string? BodyBase64);
