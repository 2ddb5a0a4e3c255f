using System.Collections.Immutable;
using System.Globalization;
using Azure.Core;

namespace Azure.Messaging.EventHubs;

public class EventData : MessageContent
{
    public EventData(BinaryData eventBody)
        : this(eventBody, null, null, null, long.MinValue, null, default)
    {
    }

    public EventData(ReadOnlyMemory<byte> eventBody)
        : this(new BinaryData(eventBody))
    {
    }

    public EventData(string eventBody)
        : this(new BinaryData(eventBody))
    {
    }

    internal EventData(
        BinaryData eventBody,
        IDictionary<string, object>? properties,
        IReadOnlyDictionary<string, object>? systemProperties,
        string? partitionKey,
        long sequenceNumber,
        string? offsetString,
        DateTimeOffset enqueuedTime)
    {
        EventBody = eventBody ?? throw new ArgumentNullException(nameof(eventBody));
        Properties = properties ?? new Dictionary<string, object>();
        SystemProperties = systemProperties ?? ImmutableDictionary<string, object>.Empty;
        PartitionKey = partitionKey;
        SequenceNumber = sequenceNumber;
        OffsetString = offsetString;
        EnqueuedTime = enqueuedTime;
    }

    public BinaryData EventBody { get; set; }

    public override BinaryData? Data
    {
        get => EventBody;
        set => EventBody = value ?? throw new ArgumentNullException(nameof(value));
    }

    public new virtual string? ContentType { get; set; }

    protected override ContentType? ContentTypeCore
    {
        get => ContentType is null ? null : new ContentType(ContentType);
        set => ContentType = value?.ToString();
    }

    public string? MessageId { get; set; }

    public string? CorrelationId { get; set; }

    public IDictionary<string, object> Properties { get; }

    public IReadOnlyDictionary<string, object> SystemProperties { get; }

    public long SequenceNumber { get; }

    public long Offset => long.TryParse(OffsetString, NumberStyles.Integer, CultureInfo.InvariantCulture, out var offset)
        ? offset
        : long.MinValue;

    public string? OffsetString { get; }

    public DateTimeOffset EnqueuedTime { get; }

    public string? PartitionKey { get; }

    public ReadOnlyMemory<byte> Body => EventBody.ToMemory();

    public Stream BodyAsStream => EventBody.ToStream();
}
