namespace Pipeline.Streams;

/// <summary>An event as a hub delivers it.</summary>
/// <param name="Body">What was sent.</param>
/// <param name="SequenceNumber">Its place in its partition; ascending.</param>
/// <param name="Enqueued">When the hub took it, in microseconds since 1970.</param>
/// <param name="Offset">The hub's own name of its place, for people.</param>
public readonly record struct StreamEvent(ReadOnlyMemory<byte> Body, long SequenceNumber, long Enqueued, string? Offset);
