using System.Globalization;
using Azure.Core;

namespace Azure.Messaging.EventHubs;

public class EventData : MessageContent
{
    private readonly ReceivedEvent _received;
    private BinaryData? _body;
    private IDictionary<string, object>? _properties;
    private Headers? _headers;

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
        get => _headers is null ? _received.ContentType : _headers.ContentType;
        set => Changed.ContentType = value;
    }

    protected override ContentType? ContentTypeCore
    {
        get => ContentType is null ? null : new ContentType(ContentType);
        set => ContentType = value?.ToString();
    }

    public string? MessageId
    {
        get => _headers is null ? _received.MessageId : _headers.MessageId;
        set => Changed.MessageId = value;
    }

    public string? CorrelationId
    {
        get => _headers is null ? _received.CorrelationId : _headers.CorrelationId;
        set => Changed.CorrelationId = value;
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

    private Headers Changed => _headers ??= new Headers { MessageId = _received.MessageId, CorrelationId = _received.CorrelationId, ContentType = _received.ContentType };

    private static ReadOnlyMemory<byte> Given(BinaryData eventBody)
    {
        ArgumentNullException.ThrowIfNull(eventBody);
        return eventBody.ToMemory();
    }

    /// <summary>What the app has set; few events are changed at all.</summary>
    private sealed class Headers
    {
        public string? MessageId { get; set; }

        public string? CorrelationId { get; set; }

        public string? ContentType { get; set; }
    }
}
