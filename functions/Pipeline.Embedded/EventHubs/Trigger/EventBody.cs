using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amqp;
using Amqp.Framing;
using Amqp.Types;
using Pipeline.Embedded.EventHubs.Amqp;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Finds an event's body in its AMQP sections, and decodes what stands beside it.</summary>
internal static class EventBody
{
    private const byte DataSection = 0x75;
    private const byte ValueSection = 0x77;

    /// <summary>
    /// The body: the data of a data section, several of them one behind the other; the text in UTF-8 or the bytes of a value
    /// section; nothing where there is neither.
    /// </summary>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> sections)
    {
        var body = ReadOnlyMemory<byte>.Empty;
        ArrayBufferWriter<byte>? joined = null;
        while (!sections.IsEmpty && AmqpValues.TryReadSection(sections.Span, out var code, out var before))
        {
            var length = AmqpValues.Length(sections.Span[before..]);
            var value = sections.Slice(before, length);
            if (code == DataSection)
            {
                var data = AmqpValues.Content(value);
                if (body.IsEmpty) body = data;
                else Join(data);
            }
            else if (code == ValueSection && value.Span[0] >> 4 is 0xa or 0xb) return AmqpValues.Content(value);
            sections = sections[(before + length)..];
        }

        return joined?.WrittenMemory ?? body;

        void Join(ReadOnlyMemory<byte> data)
        {
            if (joined is null) (joined = new ArrayBufferWriter<byte>()).Write(body.Span);
            joined.Write(data.Span);
        }
    }

    /// <summary>The sections as the AMQP library decodes them.</summary>
    public static Message Decode(ReadOnlyMemory<byte> sections)
    {
        var bytes = sections.ToArray();
        return Message.Decode(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
    }

    /// <summary>The body of a message that the AMQP library has decoded.</summary>
    public static ReadOnlyMemory<byte> Of(Message message) => message.BodySection switch
    {
        Data { Buffer: { } buffer } => buffer.Buffer.AsMemory(buffer.Offset, buffer.Length),
        Data { Binary: { } binary } => binary,
        DataList list => (byte[])[.. Enumerable.Range(0, list.Count).SelectMany(i => Of(new Message { BodySection = list[i] }).ToArray())],
        AmqpValue { Value: string text } => Encoding.UTF8.GetBytes(text),
        AmqpValue { Value: byte[] bytes } => bytes,
        _ => default,
    };

    /// <summary>The values that the sender put beside the body.</summary>
    public static Dictionary<string, object> Properties(Message message)
    {
        var read = new Dictionary<string, object>();
        foreach (var (key, value) in message.ApplicationProperties?.Map ?? []) read[$"{key}"] = value;
        return read;
    }

    /// <summary>Adds a message's own properties, by the names that the official clients give them.</summary>
    public static void AddSystemProperties(Message message, Dictionary<string, object> read)
    {
        if (message.Properties is not { } properties) return;
        Add("message-id", properties.GetMessageId());
        Add("user-id", properties.UserId);
        Add("to", properties.To);
        Add("subject", properties.Subject);
        Add("reply-to", properties.ReplyTo);
        Add("correlation-id", properties.GetCorrelationId());
        Add("content-type", properties.ContentType?.ToString());
        Add("content-encoding", properties.ContentEncoding?.ToString());
        Add("group-id", properties.GroupId);
        Add("reply-to-group-id", properties.ReplyToGroupId);

        void Add(string name, object? value)
        {
            if (value is not null) read[name] = value;
        }
    }

    /// <summary>Annotations that stand one behind the other.</summary>
    public static IEnumerable<KeyValuePair<object, object>> DecodeAnnotations(ReadOnlyMemory<byte> pairs, int count)
    {
        if (count == 0) return [];
        const int Map32Header = 9;
        var bytes = new byte[Map32Header + pairs.Length];
        bytes[0] = 0xd1;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), pairs.Length + 4);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(5), 2 * count);
        pairs.CopyTo(bytes.AsMemory(Map32Header));
        return (Map)global::Amqp.Types.Encoder.ReadObject(new ByteBuffer(bytes, 0, bytes.Length, bytes.Length));
    }
}
