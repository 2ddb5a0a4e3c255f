namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Where a reader stands.</summary>
/// <param name="GroupOffset">The offset of the group to read next.</param>
/// <param name="SequenceNumber">The sequence number of the event to read next, in that group.</param>
internal readonly record struct LogCursor(long GroupOffset, long SequenceNumber);
