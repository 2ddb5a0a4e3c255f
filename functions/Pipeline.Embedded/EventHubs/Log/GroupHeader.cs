using System.Buffers.Binary;

namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>
/// What stands before the records of one commit. A group is written only when the one before it is safe on the disk, so that an
/// intact header proves that everything before it had been acknowledged.
/// </summary>
/// <param name="Offset">Where the group starts in the partition's log.</param>
/// <param name="PayloadLength">The bytes of its records.</param>
/// <param name="FirstSequenceNumber">The sequence number of its first event.</param>
/// <param name="Count">The number of its events; at least 1.</param>
/// <param name="EnqueuedTime">When it was written, in milliseconds since 1970 UTC.</param>
/// <param name="PayloadChecksum">The checksum of its records.</param>
internal readonly record struct GroupHeader(
    long Offset, int PayloadLength, long FirstSequenceNumber, int Count, long EnqueuedTime, uint PayloadChecksum)
{
    /// <summary>The bytes of a header.</summary>
    public const int Size = 48;

    private const uint Mark = 0x31_47_48_45;
    private const uint Version = 1;

    /// <summary>Where the next group starts.</summary>
    public long End => Offset + Size + PayloadLength;

    /// <summary>The sequence number of the first event of the next group.</summary>
    public long NextSequenceNumber => FirstSequenceNumber + Count;

    /// <summary>Writes the header into its <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], PayloadLength);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], FirstSequenceNumber);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], EnqueuedTime);
        BinaryPrimitives.WriteInt32LittleEndian(to[32..], Count);
        BinaryPrimitives.WriteUInt32LittleEndian(to[36..], PayloadChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(to[44..], Checksum.Of(to[..44]));
    }

    /// <summary>Reads the header of the group that starts at an offset; false where there is none or it is not intact.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, long offset, out GroupHeader header)
    {
        header = default;
        if (from.Length < Size
            || BinaryPrimitives.ReadUInt32LittleEndian(from) != Mark
            || BinaryPrimitives.ReadInt64LittleEndian(from[8..]) != offset
            || BinaryPrimitives.ReadUInt32LittleEndian(from[40..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(from[44..]) != Checksum.Of(from[..44])) return false;
        header = new GroupHeader(
            offset,
            BinaryPrimitives.ReadInt32LittleEndian(from[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(from[36..]));
        return header is { PayloadLength: > 0, Count: > 0 };
    }
}
