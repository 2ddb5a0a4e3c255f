namespace Pipeline.Streams;

/// <summary>An event that could not be read.</summary>
/// <param name="Partition">The partition of the hub.</param>
/// <param name="SequenceNumber">Its place in the partition.</param>
/// <param name="EnqueuedTime">When the hub took it.</param>
/// <param name="Reason">Why it could not be read.</param>
/// <param name="Body">The beginning of what was sent; base64 where it is no text.</param>
public sealed record DeadLetter(int Partition, long SequenceNumber, DateTimeOffset EnqueuedTime, string Reason, string Body);
