using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// Finds where encoded AMQP values end, without decoding them. A constructor's high half tells how long what follows is
/// (AMQP 1.0, part 1, section 1.2).
/// </summary>
internal static class AmqpValues
{
    private const byte Described = 0x00;

    /// <summary>The bytes of the value that stands first.</summary>
    /// <exception cref="FormatException">It is not AMQP, or ends too early.</exception>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        // A described value is a descriptor and a value; either may be described in turn.
        for (var open = 1; open > 0; open--)
        {
            if (at >= bytes.Length) throw Truncated();
            var constructor = bytes[at++];
            if (constructor == Described)
            {
                open += 2;
                continue;
            }

            at += (constructor >> 4) switch
            {
                0x4 => 0,
                0x5 => 1,
                0x6 => 2,
                0x7 => 4,
                0x8 => 8,
                0x9 => 16,
                0xa or 0xc or 0xe => 1 + (at < bytes.Length ? bytes[at] : throw Truncated()),
                0xb or 0xd or 0xf => LongLength(bytes, at),
                _ => throw new FormatException($"0x{constructor:x2} is no AMQP type."),
            };
            if (at > bytes.Length || at < 0) throw Truncated();
        }

        return at;
    }

    /// <summary>Reads the code of a section, such as 0x75 for data, and the bytes that it takes before its value.</summary>
    public static bool TryReadSection(ReadOnlySpan<byte> bytes, out byte code, out int length)
    {
        // Senders write codes as small or full unsigned longs.
        (code, length) = bytes switch
        {
            [Described, 0x53, var small, ..] => (small, 3),
            [Described, 0x80, 0, 0, 0, 0, 0, 0, 0, var full, ..] => (full, 10),
            _ => ((byte)0, 0),
        };
        return length > 0;
    }

    /// <summary>The content of a binary, string or symbol.</summary>
    public static ReadOnlyMemory<byte> Content(ReadOnlyMemory<byte> bytes)
    {
        var length = Length(bytes.Span);
        return (bytes.Span[0] >> 4) switch
        {
            0xa => bytes[2..length],
            0xb => bytes[5..length],
            _ => throw new FormatException($"0x{bytes.Span[0]:x2} is no binary, string or symbol."),
        };
    }

    /// <summary>The encoded keys and values of a map, and their number: pairs, not values.</summary>
    public static (ReadOnlyMemory<byte> Pairs, int Count) Map(ReadOnlyMemory<byte> bytes)
    {
        var length = Length(bytes.Span);
        return bytes.Span[0] switch
        {
            0xc1 when length >= 3 => (bytes[3..length], bytes.Span[2] / 2),
            0xd1 when length >= 9 => (bytes[9..length], (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes.Span[5..]), int.MaxValue) / 2),
            _ => throw new FormatException($"0x{bytes.Span[0]:x2} is no map."),
        };
    }

    private static int LongLength(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length - at < 4 || BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) is var length && length > bytes.Length - at - 4) Throw();
        return 4 + (int)length;

        [DoesNotReturn]
        static void Throw() => throw Truncated();
    }

    private static FormatException Truncated() => new("The message ends in the middle of a value.");
}
