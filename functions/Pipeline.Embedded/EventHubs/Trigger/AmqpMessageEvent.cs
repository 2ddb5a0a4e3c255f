using Amqp;
using Amqp.Types;
using Azure.Messaging.EventHubs;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>An event as an AMQP message that the library has decoded.</summary>
internal sealed class AmqpMessageEvent(Message message) : ReceivedEvent
{
    private static readonly Symbol s_sequenceNumber = new("x-opt-sequence-number");
    private static readonly Symbol s_offset = new("x-opt-offset");
    private static readonly Symbol s_enqueuedTime = new("x-opt-enqueued-time");
    private static readonly Symbol s_partitionKey = new("x-opt-partition-key");

    private ReadOnlyMemory<byte>? _body;
    private IDictionary<string, object>? _properties;
    private IReadOnlyDictionary<string, object>? _systemProperties;

    public override ReadOnlyMemory<byte> Body => _body ??= EventBody.Of(message);

    public override long SequenceNumber { get; } = message.MessageAnnotations?[s_sequenceNumber] as long? ?? -1;

    public override string OffsetString { get; } = message.MessageAnnotations?[s_offset]?.ToString() ?? "";

    public override DateTimeOffset EnqueuedTime { get; } =
        message.MessageAnnotations?[s_enqueuedTime] is DateTime time ? new DateTimeOffset(time.ToUniversalTime(), TimeSpan.Zero) : default;

    public override string? PartitionKey => message.MessageAnnotations?[s_partitionKey] as string;

    public override string? MessageId => message.Properties?.GetMessageId()?.ToString();

    public override string? CorrelationId => message.Properties?.GetCorrelationId()?.ToString();

    public override string? ContentType => message.Properties?.ContentType?.ToString();

    public override IDictionary<string, object> Properties => _properties ??= EventBody.Properties(message);

    public override IReadOnlyDictionary<string, object> SystemProperties => _systemProperties ??= ReadSystemProperties();

    private Dictionary<string, object> ReadSystemProperties()
    {
        var read = new Dictionary<string, object>();
        foreach (var (name, value) in message.MessageAnnotations?.Map ?? []) read[$"{name}"] = value;
        read["x-opt-enqueued-time"] = EnqueuedTime;
        EventBody.AddSystemProperties(message, read);
        return read;
    }
}
