namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>One event of a partition, as a reader hands it out. Its memory is the reader's: it holds until that reader's next read.</summary>
/// <param name="SequenceNumber">Counts the partition's events from 0, without gaps.</param>
/// <param name="Offset">Where the event stands in the partition's log, in bytes from the first event ever; grows from event to event.</param>
/// <param name="EnqueuedTime">When the event was written, in milliseconds since 1970 UTC; never falls from event to event.</param>
/// <param name="PartitionKey">The sender's partition key in UTF-8; empty for none.</param>
/// <param name="Annotations">The sender's other message annotations: AMQP encoded keys and values, one behind the other.</param>
/// <param name="AnnotationCount">The number of keys in <paramref name="Annotations"/>.</param>
/// <param name="Sections">The AMQP sections from the properties on, byte for byte as sent.</param>
internal readonly record struct StoredEvent(
    long SequenceNumber, long Offset, long EnqueuedTime,
    ReadOnlyMemory<byte> PartitionKey, ReadOnlyMemory<byte> Annotations, int AnnotationCount, ReadOnlyMemory<byte> Sections);
