using System.Globalization;
using System.Text;
using Amqp;
using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>An event as AMQP sections. Its body is found without decoding; what else it holds is decoded when it is asked for.</summary>
internal sealed class AmqpEvent(
    long sequenceNumber, long offset, long enqueuedTime,
    ReadOnlyMemory<byte> partitionKey, ReadOnlyMemory<byte> annotations, int annotationCount, ReadOnlyMemory<byte> sections) : ReceivedEvent
{
    private ReadOnlyMemory<byte>? _body;
    private Message? _message;
    private IDictionary<string, object>? _properties;
    private IReadOnlyDictionary<string, object>? _systemProperties;

    /// <summary>The bytes that it takes.</summary>
    public int Length => partitionKey.Length + annotations.Length + sections.Length;

    public override ReadOnlyMemory<byte> Body => _body ??= EventBody.Find(sections);

    public override long SequenceNumber => sequenceNumber;

    /// <summary>The offset, as a number.</summary>
    public long Offset => offset;

    public override string OffsetString => offset.ToString(CultureInfo.InvariantCulture);

    public override DateTimeOffset EnqueuedTime => DateTimeOffset.FromUnixTimeMilliseconds(enqueuedTime);

    public override string? PartitionKey => partitionKey.IsEmpty ? null : Encoding.UTF8.GetString(partitionKey.Span);

    public override string? MessageId => Decoded.Properties?.GetMessageId()?.ToString();

    public override string? CorrelationId => Decoded.Properties?.GetCorrelationId()?.ToString();

    public override string? ContentType => Decoded.Properties?.ContentType?.ToString();

    public override IDictionary<string, object> Properties => _properties ??= EventBody.Properties(Decoded);

    public override IReadOnlyDictionary<string, object> SystemProperties => _systemProperties ??= ReadSystemProperties();

    private Message Decoded => _message ??= EventBody.Decode(sections);

    private Dictionary<string, object> ReadSystemProperties()
    {
        var read = new Dictionary<string, object>
        {
            ["x-opt-sequence-number"] = sequenceNumber,
            ["x-opt-offset"] = OffsetString,
            ["x-opt-enqueued-time"] = EnqueuedTime,
        };
        if (PartitionKey is { } key) read["x-opt-partition-key"] = key;
        foreach (var (name, value) in EventBody.DecodeAnnotations(annotations, annotationCount)) read[$"{name}"] = value;
        EventBody.AddSystemProperties(Decoded, read);
        return read;
    }
}
