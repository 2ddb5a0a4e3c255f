namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Finds where a position is in the files of a partition's log.</summary>
/// <param name="segments">The files, the oldest first.</param>
/// <param name="end">Where the log ends; the files may have grown meanwhile.</param>
internal readonly struct PositionFinder(IReadOnlyList<LogSegment> segments, LogCursor end)
{
    /// <summary>The place of the first event that meets a position, or the end.</summary>
    /// <exception cref="PositionUnknownException">The position is behind the end.</exception>
    /// <exception cref="ObjectDisposedException">Retention has deleted a file meanwhile.</exception>
    public LogCursor Find(LogPosition position) => position.Kind switch
    {
        LogPositionKind.End => end,
        LogPositionKind.SequenceNumber => FindSequenceNumber(position.Value),
        LogPositionKind.Offset => FindOffset(position.Value),
        _ => FindFirst(header => header.EnqueuedTime >= position.Value, segment => segment.LastEnqueuedTime >= position.Value),
    };

    /// <summary>The file of an offset; null where retention has deleted it.</summary>
    public static LogSegment? SegmentAt(IReadOnlyList<LogSegment> segments, long offset)
    {
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            if (segments[i].BaseOffset <= offset) return segments[i];
        }

        return null;
    }

    private LogCursor FindSequenceNumber(long sequence)
    {
        if (sequence > end.SequenceNumber)
        {
            throw new PositionUnknownException(
                $"There is no sequence number {sequence - 1}: the partition's next event will be number {end.SequenceNumber}. "
                + "The checkpoint is of a log that is no more; delete it, or start from the beginning.");
        }

        if (sequence <= segments[0].BaseSequenceNumber) return new LogCursor(segments[0].BaseOffset, segments[0].BaseSequenceNumber);
        if (sequence == end.SequenceNumber) return end;
        var found = FindFirst(header => header.NextSequenceNumber > sequence, segment => segment.End > segment.BaseOffset);
        return found with { SequenceNumber = Math.Max(sequence, found.SequenceNumber) };
    }

    private LogCursor FindOffset(long offset)
    {
        if (offset > end.GroupOffset)
        {
            throw new PositionUnknownException(
                $"There is no offset {offset - 1}: the partition's log ends at {end.GroupOffset}. "
                + "The checkpoint is of a log that is no more; delete it, or start from the beginning.");
        }

        if (offset == end.GroupOffset) return end;
        var found = FindFirst(header => header.End > offset, segment => segment.End > offset);
        if (found.GroupOffset >= offset || SegmentAt(segments, found.GroupOffset) is not { } segment) return found;
        var header = segment.HeaderAt(found.GroupOffset);
        var payload = new byte[header.PayloadLength];
        if (segment.Read(header.Offset + GroupHeader.Size, payload) != payload.Length || Checksum.Of(payload) != header.PayloadChecksum) throw segment.Damaged(header.Offset);
        var sequence = RecordCodec.SequenceNumberAt(header, payload, offset);
        return sequence == header.NextSequenceNumber ? new LogCursor(header.End, sequence) : found with { SequenceNumber = sequence };
    }

    private LogCursor FindFirst(Func<GroupHeader, bool> condition, Func<LogSegment, bool> mayHold)
    {
        foreach (var segment in segments)
        {
            if (mayHold(segment) && segment.FirstGroup(condition) is { } header) return new LogCursor(header.Offset, header.FirstSequenceNumber);
        }

        return end;
    }
}
