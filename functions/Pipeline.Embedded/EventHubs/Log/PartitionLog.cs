using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>
/// The durable log of one partition: files below a folder, one writer thread, any number of readers. What waits to be appended is
/// written together, and an append ends when its events are safe on the disk.
/// </summary>
internal sealed class PartitionLog : IDisposable
{
    private readonly string _folder;
    private readonly LogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _retentionTimer;
    private readonly Lock _waiting = new();
    private readonly SemaphoreSlim _work = new(0);
    private readonly Queue<PendingAppend> _pending = [];
    private readonly Thread _writer;
    private volatile LogSegment[] _segments;
    private volatile TaskCompletionSource _appended = NewSignal();
    private byte[] _group = new byte[64 << 10];
    private long _nextSequence;
    private long _lastOffset = -1;
    private long _lastTime;
    private TaskCompletionSource? _retention;
    private bool _stopping;
    private Exception? _failure;

    private PartitionLog(string folder, LogSegment[] segments, long nextSequence, LogOptions options, TimeProvider time, ILogger logger)
    {
        _folder = folder;
        _segments = segments;
        _nextSequence = nextSequence;
        _options = options;
        _time = time;
        _logger = logger;
        FindLastEvent();
        _writer = new Thread(Write) { IsBackground = true, Name = $"Event log {folder}" };
        _writer.UnsafeStart();
        _retentionTimer = time.CreateTimer(_ => RetainAsync(), null, TimeSpan.Zero, Retention.Period(options));
    }

    /// <summary>What the partition holds now.</summary>
    public PartitionState State
    {
        get
        {
            lock (_waiting)
            {
                var begin = _segments[0].BaseSequenceNumber;
                return new PartitionState(begin, _nextSequence, begin == _nextSequence ? null : _lastOffset, _lastTime);
            }
        }
    }

    /// <summary>The bytes of its files.</summary>
    public long Length => _segments.Sum(segment => segment.Length);

    /// <summary>The offset behind the last event.</summary>
    internal long End => _segments[^1].End;

    /// <summary>Opens the log of a folder, or makes it. What a crash cut off while it was written goes; it was never acknowledged.</summary>
    /// <exception cref="LogDamagedException">Acknowledged events are missing or not intact.</exception>
    public static PartitionLog Open(string folder, LogOptions options, TimeProvider time, ILogger logger)
    {
        Directory.CreateDirectory(folder);
        var segments = Directory.GetFiles(folder, "*" + LogSegment.Extension).Order(StringComparer.Ordinal).Select(LogSegment.Open).ToArray();
        try
        {
            if (segments.Length == 0) segments = [LogSegment.Create(folder, 0, 0)];
            for (var i = 1; i < segments.Length; i++)
            {
                if (segments[i - 1].End == segments[i].BaseOffset) continue;
                throw new LogDamagedException(
                    $"The event log is damaged: {segments[i - 1].Path} ends at offset {segments[i - 1].End}, and the next file starts at "
                    + $"{segments[i].BaseOffset}. Put the missing file back from a copy, or delete the partition's folder to start it empty.");
            }

            var (next, torn) = SegmentRecovery.Recover(segments[^1]);
            if (torn > 0) logger.LogWarning("{File}: cut off {Bytes} bytes that an interrupted write had left; no acknowledged event was in them.", segments[^1].Path, torn);
            return new PartitionLog(folder, segments, next, options, time, logger);
        }
        catch
        {
            foreach (var segment in segments) segment.Dispose();
            throw;
        }
    }

    /// <summary>Appends events, one behind the other and with nothing between them, and ends when they are safe on the disk.</summary>
    /// <returns>The sequence number of the first.</returns>
    /// <exception cref="IOException">They could not be written.</exception>
    public Task<long> AppendAsync(IReadOnlyList<EventToAppend> events)
    {
        if (events.Count == 0) throw new ArgumentException("There is no event to append.", nameof(events));
        var append = new PendingAppend(events);
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_failure is { } failure) return Task.FromException<long>(NotWritable(failure));
            _pending.Enqueue(append);
            if (_pending.Count == 1) _work.Release();
        }

        return append.Done.Task;
    }

    /// <summary>A reader from a position on.</summary>
    /// <exception cref="PositionUnknownException">The position is behind the end of the log.</exception>
    public PartitionReader OpenReader(LogPosition position) => new(this, Find(position), _options.ReadBytes);

    /// <summary>The oldest group that is kept.</summary>
    internal LogCursor Oldest
    {
        get
        {
            var first = _segments[0];
            return new LogCursor(first.BaseOffset, first.BaseSequenceNumber);
        }
    }

    /// <summary>The file of an offset; null where retention has deleted it.</summary>
    internal LogSegment? SegmentAt(long offset) => PositionFinder.SegmentAt(_segments, offset);

    /// <summary>Ends when the log holds events behind an offset.</summary>
    internal async ValueTask WaitBehindAsync(long offset, CancellationToken cancellationToken)
    {
        while (true)
        {
            var appended = _appended.Task;
            if (End > offset) return;
            await appended.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Has the writer delete what is too old or too much.</summary>
    internal Task RetainAsync()
    {
        lock (_waiting)
        {
            if (_stopping) return Task.CompletedTask;
            if (_retention is null)
            {
                _retention = NewSignal();
                _work.Release();
            }

            return _retention.Task;
        }
    }

    /// <summary>Writes what was appended, and closes the files.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            if (_stopping) return;
            _stopping = true;
        }

        _retentionTimer.Dispose();
        _work.Release();
        _writer.Join();
        foreach (var segment in _segments) segment.Dispose();
        _appended.TrySetException(new ObjectDisposedException(nameof(PartitionLog)));
        _ = _appended.Task.Exception;
        _work.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IOException NotWritable(Exception cause) =>
        new($"The event log {_folder} takes no more events since writing it failed: {cause.Message} Free space or mend the disk, and start again.", cause);

    private LogCursor Find(LogPosition position)
    {
        while (true)
        {
            try
            {
                // The end first: what comes meanwhile is behind it.
                var end = EndCursor();
                return new PositionFinder(_segments, end).Find(position);
            }
            catch (ObjectDisposedException) when (!_stopping)
            {
                // Retention deleted the file meanwhile: look again.
            }
        }
    }

    private LogCursor EndCursor()
    {
        lock (_waiting)
        {
            return new LogCursor(End, _nextSequence);
        }
    }

    private void FindLastEvent()
    {
        foreach (var segment in _segments.Reverse())
        {
            if (segment.Length == 0 || segment.FirstGroup(header => header.End == segment.End) is not { } last) continue;
            _lastTime = last.EnqueuedTime;
            var payload = new byte[last.PayloadLength];
            segment.Read(last.Offset + GroupHeader.Size, payload);
            if (Checksum.Of(payload) != last.PayloadChecksum) throw segment.Damaged(last.Offset);
            var events = new List<StoredEvent>();
            RecordCodec.Read(last, payload, last.NextSequenceNumber - 1, events);
            _lastOffset = events[0].Offset;
            return;
        }
    }

    private void Write()
    {
        var taken = new List<PendingAppend>();
        while (true)
        {
            _work.Wait();
            bool stopping;
            TaskCompletionSource? retention;
            lock (_waiting)
            {
                stopping = _stopping;
                retention = _retention;
                _retention = null;
            }

            while (Take(taken)) Commit(taken);
            if (retention is not null)
            {
                Retain();
                retention.SetResult();
            }

            if (stopping) return;
        }
    }

    private bool Take(List<PendingAppend> taken)
    {
        taken.Clear();
        lock (_waiting)
        {
            long length = GroupHeader.Size;
            while (_pending.TryPeek(out var next) && (taken.Count == 0 || length + next.Length <= _options.CommitBytes))
            {
                taken.Add(_pending.Dequeue());
                length += next.Length;
            }
        }

        return taken.Count > 0;
    }

    private void Commit(List<PendingAppend> appends)
    {
        try
        {
            if (_failure is { } failure) throw NotWritable(failure);
            var first = _nextSequence;
            var header = Encode(appends, out var lastOffset);
            var active = ActiveSegmentFor(header);
            try
            {
                active.Append(header, _group.AsSpan(0, GroupHeader.Size + header.PayloadLength));
            }
            catch (Exception e)
            {
                if (active.IsDoubtful) _failure = e;
                _logger.LogError(e, "{File}: the events could not be written.", active.Path);
                throw;
            }

            TaskCompletionSource appended;
            lock (_waiting)
            {
                _nextSequence = header.NextSequenceNumber;
                _lastOffset = lastOffset;
                _lastTime = header.EnqueuedTime;
                appended = _appended;
                _appended = NewSignal();
            }

            appended.SetResult();
            foreach (var append in appends)
            {
                append.Done.SetResult(first);
                first += append.Events.Count;
            }
        }
        catch (Exception e)
        {
            foreach (var append in appends) append.Done.TrySetException(e);
        }
    }

    private GroupHeader Encode(List<PendingAppend> appends, out long lastOffset)
    {
        var length = (int)appends.Sum(append => append.Length);
        if (_group.Length < GroupHeader.Size + length) _group = new byte[GroupHeader.Size + length];
        var at = GroupHeader.Size;
        var last = at;
        var count = 0;
        foreach (var append in appends)
        {
            foreach (var added in append.Events)
            {
                last = at;
                at += RecordCodec.Write(added, _group.AsSpan(at));
            }

            count += append.Events.Count;
        }

        lastOffset = End + last;
        // A clock that was set back must not order events anew.
        var now = Math.Max(_time.GetUtcNow().ToUnixTimeMilliseconds(), _lastTime);
        var header = new GroupHeader(End, length, _nextSequence, count, now, Checksum.Of(_group.AsSpan(GroupHeader.Size, length)));
        header.Write(_group);
        return header;
    }

    private LogSegment ActiveSegmentFor(in GroupHeader header)
    {
        var active = _segments[^1];
        if (active.Length == 0 || active.Length + GroupHeader.Size + header.PayloadLength <= _options.SegmentBytes) return active;
        active = Roll();
        Retain();
        return active;
    }

    private LogSegment Roll()
    {
        var next = LogSegment.Create(_folder, End, _nextSequence);
        lock (_waiting)
        {
            _segments = [.. _segments, next];
        }

        return next;
    }

    private void Retain()
    {
        try
        {
            var now = _time.GetUtcNow();
            if (_failure is null && Retention.MustEnd(_segments[^1], _options, now)) Roll();
            foreach (var expired in Retention.Expired(_segments, _options, now))
            {
                lock (_waiting)
                {
                    _segments = _segments[1..];
                }

                expired.Delete();
                _logger.LogInformation("{File}: deleted, its events were older or more than the hub keeps.", expired.Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LogDamagedException)
        {
            _logger.LogError(e, "{Folder}: what is too old could not be deleted.", _folder);
        }
    }
}
