namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>Reads a partition's events in order, waiting for those to come. For one caller at a time.</summary>
internal sealed class PartitionReader
{
    private readonly PartitionLog _log;
    private readonly int _readBytes;
    private readonly List<StoredEvent> _events = [];
    private byte[] _buffer = [];
    private LogCursor _next;

    internal PartitionReader(PartitionLog log, LogCursor next, int readBytes)
    {
        _log = log;
        _next = next;
        _readBytes = readBytes;
    }

    /// <summary>The sequence number of the event that comes next.</summary>
    public long NextSequenceNumber => _next.SequenceNumber;

    /// <summary>
    /// The events that come next, at least one: waits where there is none yet. Goes on with the oldest event that is kept where
    /// retention has overtaken the reader. The events hold until the next call.
    /// </summary>
    /// <exception cref="LogDamagedException">What is stored there is not what was written.</exception>
    public async ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead()) return _events;
            await _log.WaitBehindAsync(_next.GroupOffset, cancellationToken);
        }
    }

    /// <summary>The events that come next and are there already; none at the end of the log.</summary>
    public IReadOnlyList<StoredEvent> ReadAvailable()
    {
        TryRead();
        return _events;
    }

    private bool TryRead()
    {
        _events.Clear();
        while (_next.GroupOffset < _log.End)
        {
            if (_log.SegmentAt(_next.GroupOffset) is not { } segment)
            {
                _next = _log.Oldest;
                continue;
            }

            try
            {
                Read(segment);
            }
            catch (ObjectDisposedException) when (_log.Oldest.GroupOffset > _next.GroupOffset)
            {
                continue;
            }

            if (_events.Count > 0) return true;
        }

        return false;
    }

    private void Read(LogSegment segment)
    {
        if (_buffer.Length == 0) _buffer = new byte[_readBytes];
        var read = segment.Read(_next.GroupOffset, _buffer);
        var at = 0;
        while (GroupHeader.TryRead(_buffer.AsSpan(at, read - at), _next.GroupOffset, out var header))
        {
            if (header.End > segment.End) throw segment.Damaged(header.Offset);
            var length = GroupHeader.Size + header.PayloadLength;
            if (read - at < length)
            {
                if (at > 0) return;
                if (_buffer.Length < length) _buffer = new byte[length];
                read = segment.Read(_next.GroupOffset, _buffer);
                if (read < length) throw segment.Damaged(header.Offset);
            }

            var payload = _buffer.AsMemory(at + GroupHeader.Size, header.PayloadLength);
            if (Checksum.Of(payload.Span) != header.PayloadChecksum)
            {
                if (_events.Count > 0) return;
                throw segment.Damaged(header.Offset);
            }

            RecordCodec.Read(header, payload, _next.SequenceNumber, _events);
            _next = new LogCursor(header.End, header.NextSequenceNumber);
            at += length;
        }

        // A header across the end of what was read comes with the next read; one that is not intact must not be passed over.
        if (at == 0) throw segment.Damaged(_next.GroupOffset);
    }
}
