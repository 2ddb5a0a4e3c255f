using System.Buffers.Binary;

namespace Pipeline.Embedded.EventHubs.Amqp;

/// <summary>
/// Counts what a client has sent of messages that have not ended, over all its links: the library keeps that, without a bound.
/// </summary>
internal sealed class UnfinishedMessages
{
    private const int FrameHeader = 8;

    // No transfer says more of itself, its tag included.
    private readonly byte[] _head = new byte[128];
    private int _headLength;
    private long _restOfFrame;

    /// <summary>The bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Notes that a message has ended.</summary>
    public void Ended(int messageLength) => Bytes -= messageLength;

    /// <summary>Takes what has come, wherever frames begin and end in it.</summary>
    public void Received(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_restOfFrame > 0)
            {
                var skipped = (int)Math.Min(_restOfFrame, bytes.Length);
                _restOfFrame -= skipped;
                bytes = bytes[skipped..];
                continue;
            }

            var wanted = _headLength < FrameHeader ? FrameHeader : Math.Min(FrameLength, _head.Length);
            var taken = Math.Min(wanted - _headLength, bytes.Length);
            bytes[..taken].CopyTo(_head.AsSpan(_headLength));
            _headLength += taken;
            bytes = bytes[taken..];
            if (_headLength < wanted) return;
            if (IsProtocolHeader)
            {
                _headLength = 0;
            }
            else if (wanted == Math.Min(FrameLength, _head.Length))
            {
                Bytes += MessageBytes(_head.AsSpan(0, _headLength), FrameLength);
                _restOfFrame = FrameLength - _headLength;
                _headLength = 0;
            }
        }
    }

    private bool IsProtocolHeader => _head.AsSpan().StartsWith("AMQP"u8);

    private int FrameLength => Math.Max(FrameHeader, BinaryPrimitives.ReadInt32BigEndian(_head));

    // What is not surely something else counts as a whole, or a client would only have to write its frames in another way.
    private static int MessageBytes(ReadOnlySpan<byte> head, int frameLength)
    {
        if (frameLength == FrameHeader) return 0;
        if (head[4] != FrameHeader / 4 || !AmqpValues.TryReadSection(head[FrameHeader..], out var code, out var before)) return frameLength;
        if (code != TransferFrame.Code) return 0;
        try
        {
            // The fields one by one, as the library reads them: what a list says of its own length is not proved.
            var list = head[(FrameHeader + before)..];
            var (fields, at) = list[0] switch
            {
                0xc0 => (list[2], 3),
                0xd0 => (BinaryPrimitives.ReadUInt32BigEndian(list[5..]), 9),
                _ => throw new FormatException("A transfer is a list."),
            };
            for (; fields > 0; fields--) at += AmqpValues.Length(list[at..]);
            return frameLength - FrameHeader - before - at;
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            return frameLength;
        }
    }
}
