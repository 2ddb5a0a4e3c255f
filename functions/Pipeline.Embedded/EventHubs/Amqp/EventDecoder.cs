using System.Text;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Takes messages apart into events: one of a plain message, many of a batch. What it hands out points into the message.</summary>
internal static class EventDecoder
{
    /// <summary>The message format of a batch: its data sections are messages.</summary>
    public const uint BatchFormat = 0x80013700;

    private const byte HeaderSection = 0x70;
    private const byte DeliveryAnnotationsSection = 0x71;
    private const byte MessageAnnotationsSection = 0x72;
    private const byte DataSection = 0x75;
    private const byte LastSection = 0x78;

    /// <summary>The events of a message, and the partition key that stands on it.</summary>
    /// <exception cref="FormatException">It is not what AMQP or a batch of events looks like.</exception>
    public static (List<EventToAppend> Events, ReadOnlyMemory<byte> PartitionKey) Decode(ReadOnlyMemory<byte> message, uint format)
    {
        if (format != BatchFormat)
        {
            var single = One(message);
            return ([single], single.PartitionKey);
        }

        var events = new List<EventToAppend>();
        var envelope = One(message);
        foreach (var section in Sections(envelope.Sections, DataSection))
        {
            var one = One(AmqpValues.Content(section));
            events.Add(one.PartitionKey.IsEmpty ? one with { PartitionKey = envelope.PartitionKey } : one);
        }

        if (events.Count == 0) throw new FormatException("The batch holds no events.");
        return (events, envelope.PartitionKey.IsEmpty ? events[0].PartitionKey : envelope.PartitionKey);
    }

    private static EventToAppend One(ReadOnlyMemory<byte> message)
    {
        ReadOnlyMemory<byte> key = default, annotations = default;
        var count = 0;
        while (!message.IsEmpty && AmqpValues.TryReadSection(message.Span, out var code, out var before) && code <= MessageAnnotationsSection)
        {
            var value = message[before..];
            var length = AmqpValues.Length(value.Span);
            if (code == MessageAnnotationsSection) (key, annotations, count) = Annotations(value[..length]);
            else if (code is not (HeaderSection or DeliveryAnnotationsSection)) throw new FormatException($"0x{code:x2} is no section of a message.");
            message = value[length..];
        }

        var rest = message.Span;
        while (!rest.IsEmpty)
        {
            if (!AmqpValues.TryReadSection(rest, out var code, out var before) || code is <= MessageAnnotationsSection or > LastSection)
                throw new FormatException("The message holds something that is no section.");
            rest = rest[(before + AmqpValues.Length(rest[before..]))..];
        }

        return new EventToAppend(key, annotations, count, message);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Sections(ReadOnlyMemory<byte> message, byte wanted)
    {
        while (!message.IsEmpty && AmqpValues.TryReadSection(message.Span, out var code, out var before))
        {
            var length = AmqpValues.Length(message.Span[before..]);
            if (code == wanted) yield return message.Slice(before, length);
            message = message[(before + length)..];
        }
    }

    private static (ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Others, int Count) Annotations(ReadOnlyMemory<byte> map)
    {
        var (pairs, stated) = AmqpValues.Map(map);
        ReadOnlyMemory<byte> partitionKey = default;
        List<ReadOnlyMemory<byte>>? others = null;
        var found = 0;
        while (!pairs.IsEmpty)
        {
            var keyLength = AmqpValues.Length(pairs.Span);
            var valueLength = AmqpValues.Length(pairs.Span[keyLength..]);
            var name = pairs.Span[0] >> 4 is 0xa or 0xb ? AmqpValues.Content(pairs[..keyLength]).Span : default;
            if (name.SequenceEqual("x-opt-partition-key"u8)) partitionKey = PartitionKey(pairs.Slice(keyLength, valueLength));
            else if (!DeliveryEncoder.IsOwn(name)) (others ??= []).Add(pairs[..(keyLength + valueLength)]);
            pairs = pairs[(keyLength + valueLength)..];
            found++;
        }

        if (found != stated || others?.Count > ushort.MaxValue) throw new FormatException("The message annotations are no map of keys and values.");
        if (others is null) return (partitionKey, default, 0);
        var joined = new byte[others.Sum(other => other.Length)];
        var at = 0;
        foreach (var other in others)
        {
            other.CopyTo(joined.AsMemory(at));
            at += other.Length;
        }

        return (partitionKey, joined, others.Count);
    }

    private static ReadOnlyMemory<byte> PartitionKey(ReadOnlyMemory<byte> value)
    {
        const byte Null = 0x40;
        if (value.Span[0] == Null) return default;
        var key = AmqpValues.Content(value);
        return key.Length <= RecordCodec.LongestKey
            ? key
            : throw new FormatException($"The partition key '{Encoding.UTF8.GetString(key.Span[..40])}...' is longer than {RecordCodec.LongestKey} bytes.");
    }
}
