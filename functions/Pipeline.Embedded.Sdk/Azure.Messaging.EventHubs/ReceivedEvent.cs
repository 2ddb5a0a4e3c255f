namespace Azure.Messaging.EventHubs;

/// <summary>
/// What a runtime has received of an event. Streams take events by the hundred thousand in a second and look at little more than
/// their bodies, so that everything else is worked out when it is first asked for.
/// </summary>
internal abstract class ReceivedEvent
{
    public abstract ReadOnlyMemory<byte> Body { get; }

    public abstract long SequenceNumber { get; }

    public abstract string OffsetString { get; }

    public abstract DateTimeOffset EnqueuedTime { get; }

    public abstract string? PartitionKey { get; }

    public abstract string? MessageId { get; }

    public abstract string? CorrelationId { get; }

    public abstract string? ContentType { get; }

    public abstract IDictionary<string, object> Properties { get; }

    public abstract IReadOnlyDictionary<string, object> SystemProperties { get; }
}
