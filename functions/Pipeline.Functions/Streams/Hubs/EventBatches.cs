using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Amqp;
using Amqp.Framing;

namespace Pipeline.Streams;

/// <summary>
/// Puts events into messages of Event Hubs' batch format, as many into each as fit: its data sections are messages, written here byte
/// by byte, since the AMQP library would make a few objects for every event.
/// </summary>
internal sealed class EventBatches : IDisposable
{
    /// <summary>The most bytes of a message.</summary>
    public const int LargestMessage = 1 << 20;

    private const uint BatchFormat = 0x80013700;
    private const int DataHeader = 8;
    private const int KeyAnnotationBytes = 36;

    private readonly string _hub;
    private readonly IReadOnlyList<OutgoingEvent> _events;
    private readonly List<(int Start, int Length)> _inBatch = [];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(LargestMessage);
    private int _next;

    public EventBatches(string hub, IReadOnlyList<OutgoingEvent> events)
    {
        _hub = hub;
        _events = events;
    }

    /// <summary>Takes the next events, as many as fit into a message; false where there are no more.</summary>
    /// <exception cref="EventHubException">An event is too large by itself.</exception>
    public bool MoveNext()
    {
        _inBatch.Clear();
        var at = 0;
        while (_next < _events.Count)
        {
            var one = _events[_next];
            var properties = one.Properties is { Count: > 0 } some ? Encode(some) : null;
            var most = MostBytes(one, properties);
            if (most > LargestMessage)
            {
                throw new EventHubException(
                    $"An event for the hub '{_hub}' takes {most} bytes; {LargestMessage} are the most that a message may have. Put the data into storage and send where it is.");
            }

            if (at + most > LargestMessage) break;
            var length = Write(one, properties, _buffer.AsSpan(at + DataHeader));
            _inBatch.Add((at + DataHeader, length));
            at += DataHeader + length;
            _next++;
        }

        return _inBatch.Count > 0;
    }

    /// <summary>A message with the events that were taken last.</summary>
    public Message ToMessage()
    {
        var data = new DataList();
        foreach (var (start, length) in _inBatch) data.Add(new Data { Buffer = new ByteBuffer(_buffer, start, length, length) });
        return new Message { BodySection = data, Format = BatchFormat };
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static int MostBytes(in OutgoingEvent one, ByteBuffer? properties) =>
        DataHeader + (string.IsNullOrEmpty(one.PartitionKey) ? 0 : KeyAnnotationBytes + (3 * one.PartitionKey.Length)) + (properties?.Length ?? 0) + DataHeader + one.Body.Length;

    private static int Write(in OutgoingEvent one, ByteBuffer? properties, Span<byte> to)
    {
        var at = 0;
        if (one.PartitionKey is { Length: > 0 } key) at = WriteKey(key, to);
        if (properties is not null)
        {
            properties.Buffer.AsSpan(properties.Offset, properties.Length).CopyTo(to[at..]);
            at += properties.Length;
        }

        // A data section, with a binary of one or four bytes for its length.
        ReadOnlySpan<byte> data = [0x00, 0x53, 0x75];
        data.CopyTo(to[at..]);
        at += data.Length;
        if (one.Body.Length <= byte.MaxValue)
        {
            to[at++] = 0xa0;
            to[at++] = (byte)one.Body.Length;
        }
        else
        {
            to[at++] = 0xb0;
            BinaryPrimitives.WriteInt32BigEndian(to[at..], one.Body.Length);
            at += sizeof(int);
        }

        one.Body.Span.CopyTo(to[at..]);
        return at + one.Body.Length;
    }

    private static int WriteKey(string key, Span<byte> to)
    {
        // Message annotations: a map of one symbol and one string, with four bytes for its lengths.
        ReadOnlySpan<byte> head = [0x00, 0x53, 0x72, 0xd1];
        head.CopyTo(to);
        var at = head.Length + (2 * sizeof(int));
        to[at++] = 0xa3;
        var name = "x-opt-partition-key"u8;
        to[at++] = (byte)name.Length;
        name.CopyTo(to[at..]);
        at += name.Length;
        var length = Encoding.UTF8.GetByteCount(key);
        if (length <= byte.MaxValue)
        {
            to[at++] = 0xa1;
            to[at++] = (byte)length;
        }
        else
        {
            to[at++] = 0xb1;
            BinaryPrimitives.WriteInt32BigEndian(to[at..], length);
            at += sizeof(int);
        }

        at += Encoding.UTF8.GetBytes(key, to[at..]);
        BinaryPrimitives.WriteInt32BigEndian(to[head.Length..], at - head.Length - sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(to[(head.Length + sizeof(int))..], 2);
        return at;
    }

    private ByteBuffer Encode(IReadOnlyDictionary<string, object> properties)
    {
        var section = new ApplicationProperties();
        foreach (var (name, value) in properties)
        {
            section[name] = value switch
            {
                string or bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or char or Guid or byte[] or DateTime => value,
                DateTimeOffset time => time.UtcDateTime,
                decimal number => number.ToString(CultureInfo.InvariantCulture),
                _ => throw new EventHubException(
                    $"The property '{name}' of an event for the hub '{_hub}' is of the type {value?.GetType().Name ?? "null"}; texts, numbers, booleans, bytes, times and GUIDs can be sent."),
            };
        }

        var buffer = new ByteBuffer(64, autoGrow: true);
        section.Encode(buffer);
        return buffer;
    }
}
