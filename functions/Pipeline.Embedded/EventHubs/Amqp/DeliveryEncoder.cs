using System.Buffers.Binary;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>Puts stored events together as consumers get them: our annotations and the sender's, then the sections as they came.</summary>
internal static class DeliveryEncoder
{
    private const byte Symbol8 = 0xa3;
    private const byte Long = 0x81;
    private const byte Timestamp = 0x83;
    private const byte String8 = 0xa1;
    private const byte String32 = 0xb1;
    private const byte Map32 = 0xd1;
    private const int MapHeader = 12;

    /// <summary>Whether an annotation is one that the endpoint sets itself.</summary>
    public static bool IsOwn(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("x-opt-sequence-number"u8) || name.SequenceEqual("x-opt-offset"u8) || name.SequenceEqual("x-opt-enqueued-time"u8);

    /// <summary>No fewer bytes than an event takes.</summary>
    public static int MostBytes(in StoredEvent stored) => 160 + stored.PartitionKey.Length + stored.Annotations.Length + stored.Sections.Length;

    /// <summary>Writes an event and returns its length.</summary>
    public static int Encode(in StoredEvent stored, Span<byte> to)
    {
        var at = MapHeader;
        WriteKey("x-opt-sequence-number"u8, to, ref at);
        WriteNumber(Long, stored.SequenceNumber, to, ref at);
        WriteKey("x-opt-offset"u8, to, ref at);
        Span<byte> digits = stackalloc byte[20];
        stored.Offset.TryFormat(digits, out var digitCount, provider: System.Globalization.CultureInfo.InvariantCulture);
        WriteString(digits[..digitCount], to, ref at);
        WriteKey("x-opt-enqueued-time"u8, to, ref at);
        WriteNumber(Timestamp, stored.EnqueuedTime, to, ref at);
        var pairs = 3;
        if (!stored.PartitionKey.IsEmpty)
        {
            WriteKey("x-opt-partition-key"u8, to, ref at);
            WriteString(stored.PartitionKey.Span, to, ref at);
            pairs++;
        }

        stored.Annotations.Span.CopyTo(to[at..]);
        at += stored.Annotations.Length;
        // The section's descriptor, the map's constructor, its size (which counts what follows it) and the number of its values.
        ReadOnlySpan<byte> head = [0x00, 0x53, 0x72, Map32];
        head.CopyTo(to);
        BinaryPrimitives.WriteInt32BigEndian(to[4..], at - 8);
        BinaryPrimitives.WriteInt32BigEndian(to[8..], 2 * (pairs + stored.AnnotationCount));
        stored.Sections.Span.CopyTo(to[at..]);
        return at + stored.Sections.Length;
    }

    private static void WriteKey(ReadOnlySpan<byte> name, Span<byte> to, ref int at)
    {
        to[at] = Symbol8;
        to[at + 1] = (byte)name.Length;
        name.CopyTo(to[(at + 2)..]);
        at += 2 + name.Length;
    }

    private static void WriteNumber(byte type, long value, Span<byte> to, ref int at)
    {
        to[at] = type;
        BinaryPrimitives.WriteInt64BigEndian(to[(at + 1)..], value);
        at += 9;
    }

    private static void WriteString(ReadOnlySpan<byte> text, Span<byte> to, ref int at)
    {
        if (text.Length <= byte.MaxValue)
        {
            to[at] = String8;
            to[at + 1] = (byte)text.Length;
            at += 2;
        }
        else
        {
            to[at] = String32;
            BinaryPrimitives.WriteInt32BigEndian(to[(at + 1)..], text.Length);
            at += 5;
        }

        text.CopyTo(to[at..]);
        at += text.Length;
    }
}
