namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>One event on its way into a partition. The memory must stay as it is until the append has ended.</summary>
/// <param name="PartitionKey">The sender's partition key in UTF-8; empty for none.</param>
/// <param name="Annotations">The sender's other message annotations: AMQP encoded keys and values, one behind the other.</param>
/// <param name="AnnotationCount">The number of keys in <paramref name="Annotations"/>.</param>
/// <param name="Sections">The AMQP sections from the properties on (properties, application properties, body, footer), as sent.</param>
internal readonly record struct EventToAppend(
    ReadOnlyMemory<byte> PartitionKey, ReadOnlyMemory<byte> Annotations, int AnnotationCount, ReadOnlyMemory<byte> Sections);
