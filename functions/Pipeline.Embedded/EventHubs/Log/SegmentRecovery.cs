namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>
/// Looks through the last file of a partition at a start. What a crash cut off while it was written was never acknowledged and goes;
/// damage before acknowledged events is reported.
/// </summary>
internal static class SegmentRecovery
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Checks every group, and cuts off the torn end where there is one.</summary>
    /// <returns>The next sequence number, and the bytes that were cut off.</returns>
    /// <exception cref="LogDamagedException">Intact groups stand behind one that is not.</exception>
    public static (long NextSequenceNumber, long TornBytes) Recover(LogSegment segment)
    {
        var buffer = new byte[ChunkBytes];
        var offset = segment.BaseOffset;
        var next = segment.BaseSequenceNumber;
        var headers = new List<GroupHeader>();
        while (offset < segment.End && TryReadGroup(segment, offset, ref buffer, out var header) && header.FirstSequenceNumber == next)
        {
            offset = header.End;
            next = header.NextSequenceNumber;
            headers.Add(header);
        }

        segment.Learn(headers);

        var torn = segment.End - offset;
        if (torn == 0) return (next, 0);
        if (HasGroupBehind(segment, offset, buffer)) throw segment.Damaged(offset);
        segment.Truncate(offset);
        return (next, torn);
    }

    private static bool TryReadGroup(LogSegment segment, long offset, ref byte[] buffer, out GroupHeader header)
    {
        var read = segment.Read(offset, buffer.AsSpan(0, GroupHeader.Size));
        if (!GroupHeader.TryRead(buffer.AsSpan(0, read), offset, out header) || header.End > segment.End) return false;
        if (buffer.Length < header.PayloadLength) buffer = new byte[header.PayloadLength];
        var payload = buffer.AsSpan(0, header.PayloadLength);
        return segment.Read(offset + GroupHeader.Size, payload) == payload.Length && Checksum.Of(payload) == header.PayloadChecksum;
    }

    private static bool HasGroupBehind(LogSegment segment, long damaged, byte[] buffer)
    {
        for (var offset = damaged + 1; offset < segment.End;)
        {
            var read = segment.Read(offset, buffer);
            for (var at = 0; at + GroupHeader.Size <= read; at++)
            {
                if (GroupHeader.TryRead(buffer.AsSpan(at, GroupHeader.Size), offset + at, out _)) return true;
            }

            if (read < buffer.Length) return false;
            // A header may stand across two chunks.
            offset += read - GroupHeader.Size + 1;
        }

        return false;
    }
}
