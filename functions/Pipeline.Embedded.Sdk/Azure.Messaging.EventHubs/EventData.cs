using System.Globalization;
using Azure.Core;

namespace Azure.Messaging.EventHubs;

public class EventData : MessageContent
{
    private readonly ReceivedEvent _received;
    private BinaryData? _body;
    private IDictionary<string, object>? _properties;
    private (string? Value, bool IsSet) _messageId;
    private (string? Value, bool IsSet) _correlationId;
    private (string? Value, bool IsSet) _contentType;

    public EventData(BinaryData eventBody)
        : this(new GivenEvent(Given(eventBody))) => _body = eventBody;

    public EventData(ReadOnlyMemory<byte> eventBody)
        : this(new GivenEvent(eventBody))
    {
    }

    public EventData(string eventBody)
        : this(new BinaryData(eventBody))
    {
    }

    internal EventData(ReceivedEvent received) => _received = received;

    public BinaryData EventBody
    {
        get => _body ??= new BinaryData(_received.Body);
        set => _body = value ?? throw new ArgumentNullException(nameof(value));
    }

    public override BinaryData? Data
    {
        get => EventBody;
        set => EventBody = value ?? throw new ArgumentNullException(nameof(value));
    }

    public new virtual string? ContentType
    {
        get => _contentType.IsSet ? _contentType.Value : _received.ContentType;
        set => _contentType = (value, true);
    }

    protected override ContentType? ContentTypeCore
    {
        get => ContentType is null ? null : new ContentType(ContentType);
        set => ContentType = value?.ToString();
    }

    public string? MessageId
    {
        get => _messageId.IsSet ? _messageId.Value : _received.MessageId;
        set => _messageId = (value, true);
    }

    public string? CorrelationId
    {
        get => _correlationId.IsSet ? _correlationId.Value : _received.CorrelationId;
        set => _correlationId = (value, true);
    }

    public IDictionary<string, object> Properties => _properties ??= _received.Properties;

    public IReadOnlyDictionary<string, object> SystemProperties => _received.SystemProperties;

    public long SequenceNumber => _received.SequenceNumber;

    public long Offset => long.TryParse(OffsetString, NumberStyles.Integer, CultureInfo.InvariantCulture, out var offset)
        ? offset
        : long.MinValue;

    public string? OffsetString => _received.OffsetString;

    public DateTimeOffset EnqueuedTime => _received.EnqueuedTime;

    public string? PartitionKey => _received.PartitionKey;

    public ReadOnlyMemory<byte> Body => _body?.ToMemory() ?? _received.Body;

    public Stream BodyAsStream => EventBody.ToStream();

    private static ReadOnlyMemory<byte> Given(BinaryData eventBody)
    {
        ArgumentNullException.ThrowIfNull(eventBody);
        return eventBody.ToMemory();
    }
}
