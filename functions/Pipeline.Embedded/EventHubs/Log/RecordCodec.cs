using System.Buffers.Binary;

namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>
/// The records of a group: each its length, the lengths of its parts, then partition key, annotations and sections.
/// </summary>
internal static class RecordCodec
{
    private const int HeaderSize = 12;

    /// <summary>The longest partition key, in bytes of UTF-8.</summary>
    public const int LongestKey = ushort.MaxValue;

    /// <summary>The bytes that an event's record takes.</summary>
    public static int Length(in EventToAppend added) =>
        HeaderSize + added.PartitionKey.Length + added.Annotations.Length + added.Sections.Length;

    /// <summary>Writes an event's record and returns its length.</summary>
    public static int Write(in EventToAppend added, Span<byte> to)
    {
        var length = Length(added);
        BinaryPrimitives.WriteInt32LittleEndian(to, length);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], checked((ushort)added.PartitionKey.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], checked((ushort)added.AnnotationCount));
        BinaryPrimitives.WriteInt32LittleEndian(to[8..], added.Annotations.Length);
        to = to[HeaderSize..];
        added.PartitionKey.Span.CopyTo(to);
        added.Annotations.Span.CopyTo(to[added.PartitionKey.Length..]);
        added.Sections.Span.CopyTo(to[(added.PartitionKey.Length + added.Annotations.Length)..]);
        return length;
    }

    /// <summary>Adds the events of a group whose checksum has been proved, from a sequence number on.</summary>
    public static void Read(in GroupHeader header, ReadOnlyMemory<byte> payload, long fromSequenceNumber, List<StoredEvent> into)
    {
        var at = 0;
        for (var sequence = header.FirstSequenceNumber; sequence < header.NextSequenceNumber; sequence++)
        {
            var record = payload.Span[at..];
            var length = BinaryPrimitives.ReadInt32LittleEndian(record);
            if (sequence >= fromSequenceNumber)
            {
                int key = BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
                int count = BinaryPrimitives.ReadUInt16LittleEndian(record[6..]);
                var annotations = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
                var start = at + HeaderSize;
                into.Add(new StoredEvent(
                    sequence, header.Offset + GroupHeader.Size + at, header.EnqueuedTime,
                    payload.Slice(start, key), payload.Slice(start + key, annotations), count,
                    payload[(start + key + annotations)..(at + length)]));
            }

            at += length;
        }
    }

    /// <summary>The sequence number of a group's first event at an offset or behind it; that of the next group where there is none.</summary>
    public static long SequenceNumberAt(in GroupHeader header, ReadOnlySpan<byte> payload, long offset)
    {
        var at = 0;
        var sequence = header.FirstSequenceNumber;
        while (sequence < header.NextSequenceNumber && header.Offset + GroupHeader.Size + at < offset)
        {
            at += BinaryPrimitives.ReadInt32LittleEndian(payload[at..]);
            sequence++;
        }

        return sequence;
    }
}
