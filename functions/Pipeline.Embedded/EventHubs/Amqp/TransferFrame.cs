using System.Buffers.Binary;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>A frame that carries a piece of a message.</summary>
/// <param name="Channel">The session's channel.</param>
/// <param name="Handle">The link's handle in the session.</param>
/// <param name="PayloadLength">The bytes of the message in it.</param>
internal readonly record struct TransferFrame(ushort Channel, uint Handle, int PayloadLength)
{
    /// <summary>The code of the performative.</summary>
    public const byte Code = 0x14;

    /// <summary>Reads a whole frame; false where it is of another kind.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out TransferFrame transfer)
    {
        transfer = default;
        // Size, data offset in words of four bytes, type, channel; then the transfer's descriptor and its list.
        if (frame.Length < 12 || frame[5] != 0) return false;
        var start = 4 * frame[4];
        if (start + 4 > frame.Length || frame[start..] is not [0x00, 0x53, Code, var listType, ..]) return false;
        var list = frame[(start + 4)..];
        int fields, end;
        switch (listType)
        {
            case 0xc0 when list.Length > 2:
                (fields, end) = (2, 1 + list[0]);
                break;
            case 0xd0 when list.Length > 8:
                (fields, end) = (8, 4 + BinaryPrimitives.ReadInt32BigEndian(list));
                break;
            default:
                return false;
        }

        uint? handle = list[fields..] switch
        {
            [0x43, ..] => 0,
            [0x52, var small, ..] => small,
            [0x70, ..] and { Length: >= 5 } full => BinaryPrimitives.ReadUInt32BigEndian(full[1..]),
            _ => null,
        };
        if (handle is null) return false;
        transfer = new TransferFrame(BinaryPrimitives.ReadUInt16BigEndian(frame[6..]), handle.Value, list.Length - end);
        return true;
    }
}
