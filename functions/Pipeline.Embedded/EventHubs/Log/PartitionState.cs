namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>What a partition holds at a moment.</summary>
/// <param name="BeginSequenceNumber">The sequence number of the oldest event that is kept, or of the next one where none is.</param>
/// <param name="NextSequenceNumber">The sequence number that the next event will have.</param>
/// <param name="LastOffset">The offset of the last event; null where none was ever written or none is kept.</param>
/// <param name="LastEnqueuedTime">When the last event was written, in milliseconds since 1970 UTC; 0 for none.</param>
internal readonly record struct PartitionState(long BeginSequenceNumber, long NextSequenceNumber, long? LastOffset, long LastEnqueuedTime)
{
    /// <summary>Whether no event is kept.</summary>
    public bool IsEmpty => BeginSequenceNumber == NextSequenceNumber;
}
