using System.Globalization;
using System.Text;
using Amqp;
using Azure.Messaging.EventHubs;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>
/// An event as AMQP sections. Its body is found without decoding; what else it holds is decoded when it is asked for. Hundreds of
/// thousands of these are made in a second: they hold a place in a chunk that many share, and little else.
/// </summary>
internal sealed class AmqpEvent : ReceivedEvent
{
    private readonly long _offset;
    private readonly long _enqueuedTime;
    private readonly byte[] _chunk;
    private readonly int _start;
    private readonly int _keyLength;
    private readonly int _annotationsLength;
    private readonly int _annotationCount;
    private readonly int _sectionsLength;
    private int _bodyStart = -1;
    private int _bodyLength;
    private Decoded? _decoded;

    /// <summary>Copies an event into a chunk.</summary>
    /// <param name="stored">The event; its memory is its reader's.</param>
    /// <param name="chunk">Where to.</param>
    /// <param name="start">Where in the chunk <see cref="LengthOf"/> bytes are free.</param>
    public AmqpEvent(in StoredEvent stored, byte[] chunk, int start)
    {
        SequenceNumber = stored.SequenceNumber;
        _offset = stored.Offset;
        _enqueuedTime = stored.EnqueuedTime;
        _chunk = chunk;
        _start = start;
        _keyLength = stored.PartitionKey.Length;
        _annotationsLength = stored.Annotations.Length;
        _annotationCount = stored.AnnotationCount;
        _sectionsLength = stored.Sections.Length;
        stored.PartitionKey.Span.CopyTo(chunk.AsSpan(start));
        stored.Annotations.Span.CopyTo(chunk.AsSpan(start + _keyLength));
        stored.Sections.Span.CopyTo(chunk.AsSpan(start + _keyLength + _annotationsLength));
    }

    public override ReadOnlyMemory<byte> Body
    {
        get
        {
            if (_bodyStart < 0) FindBody();
            return _decoded?.Body ?? new ReadOnlyMemory<byte>(_chunk, _bodyStart, _bodyLength);
        }
    }

    public override long SequenceNumber { get; }

    public override string OffsetString => _offset.ToString(CultureInfo.InvariantCulture);

    public override DateTimeOffset EnqueuedTime => DateTimeOffset.FromUnixTimeMilliseconds(_enqueuedTime);

    public override string? PartitionKey => _keyLength == 0 ? null : Encoding.UTF8.GetString(_chunk, _start, _keyLength);

    public override string? MessageId => Whole.Message.Properties?.GetMessageId()?.ToString();

    public override string? CorrelationId => Whole.Message.Properties?.GetCorrelationId()?.ToString();

    public override string? ContentType => Whole.Message.Properties?.ContentType?.ToString();

    public override IDictionary<string, object> Properties => EventBody.Properties(Whole.Message);

    public override IReadOnlyDictionary<string, object> SystemProperties => Whole.SystemProperties ??= ReadSystemProperties();

    private ReadOnlyMemory<byte> Sections => new(_chunk, _start + _keyLength + _annotationsLength, _sectionsLength);

    private Decoded Whole => _decoded ??= new Decoded { Message = EventBody.Decode(Sections) };

    /// <summary>The bytes that an event takes in a chunk.</summary>
    public static int LengthOf(in StoredEvent stored) => stored.PartitionKey.Length + stored.Annotations.Length + stored.Sections.Length;

    private void FindBody()
    {
        var sections = Sections;
        var body = EventBody.Find(sections);
        if (body.IsEmpty)
        {
            _bodyStart = _start;
        }
        else if (sections.Span.Overlaps(body.Span, out var at))
        {
            _bodyLength = body.Length;
            _bodyStart = _start + _keyLength + _annotationsLength + at;
        }
        else
        {
            // Put together from several sections.
            Whole.Body = body;
            _bodyStart = _start;
        }
    }

    private Dictionary<string, object> ReadSystemProperties()
    {
        var read = new Dictionary<string, object>
        {
            ["x-opt-sequence-number"] = SequenceNumber,
            ["x-opt-offset"] = OffsetString,
            ["x-opt-enqueued-time"] = EnqueuedTime,
        };
        if (PartitionKey is { } key) read["x-opt-partition-key"] = key;
        foreach (var (name, value) in EventBody.DecodeAnnotations(new ReadOnlyMemory<byte>(_chunk, _start + _keyLength, _annotationsLength), _annotationCount)) read[$"{name}"] = value;
        EventBody.AddSystemProperties(Whole.Message, read);
        return read;
    }

    private sealed class Decoded
    {
        public required Message Message { get; init; }

        public IReadOnlyDictionary<string, object>? SystemProperties { get; set; }

        /// <summary>The body, where it is no part of the chunk.</summary>
        public ReadOnlyMemory<byte>? Body { get; set; }
    }
}
