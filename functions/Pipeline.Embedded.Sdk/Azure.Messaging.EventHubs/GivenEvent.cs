using System.Collections.Immutable;

namespace Azure.Messaging.EventHubs;

/// <summary>An event that its maker describes: one to send, or one that a test hands to a function.</summary>
internal sealed class GivenEvent(
    ReadOnlyMemory<byte> body,
    IDictionary<string, object>? properties = null,
    IReadOnlyDictionary<string, object>? systemProperties = null,
    string? partitionKey = null,
    long sequenceNumber = long.MinValue,
    string? offsetString = null,
    DateTimeOffset enqueuedTime = default) : ReceivedEvent
{
    public override ReadOnlyMemory<byte> Body => body;

    public override long SequenceNumber => sequenceNumber;

    public override string OffsetString => offsetString!;

    public override DateTimeOffset EnqueuedTime => enqueuedTime;

    public override string? PartitionKey => partitionKey;

    public override string? MessageId => null;

    public override string? CorrelationId => null;

    public override string? ContentType => null;

    public override IDictionary<string, object> Properties => properties ?? new Dictionary<string, object>();

    public override IReadOnlyDictionary<string, object> SystemProperties => systemProperties ?? ImmutableDictionary<string, object>.Empty;
}
