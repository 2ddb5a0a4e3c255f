using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Embedded.EventHubs.Log;

/// <summary>
/// One file of a partition's log: groups, one behind the other. Its name tells the offset and the sequence number that it starts at.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    /// <summary>What segment files end with.</summary>
    public const string Extension = ".events";

    private const int IndexSpacing = 32 << 10;

    private readonly SafeFileHandle _file;
    private readonly Lock _indexLock = new();
    private List<GroupHeader>? _index;
    private long _end;
    private long _lastEnqueued;

    private LogSegment(string path, long baseOffset, long baseSequenceNumber, SafeFileHandle file)
    {
        Path = path;
        BaseOffset = baseOffset;
        BaseSequenceNumber = baseSequenceNumber;
        _file = file;
        _end = baseOffset + RandomAccess.GetLength(file);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The offset of its first group.</summary>
    public long BaseOffset { get; }

    /// <summary>The sequence number of its first event.</summary>
    public long BaseSequenceNumber { get; }

    /// <summary>The offset behind its last safe group.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Its bytes.</summary>
    public long Length => End - BaseOffset;

    /// <summary>When its last group was written, in milliseconds since 1970 UTC; 0 for a file without any.</summary>
    public long LastEnqueuedTime => Volatile.Read(ref _lastEnqueued) is > 0 and var known ? known : FindLastEnqueuedTime();

    /// <summary>Makes a new, empty file.</summary>
    public static LogSegment Create(string folder, long baseOffset, long baseSequenceNumber)
    {
        var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{baseOffset:D20}-{baseSequenceNumber:D20}{Extension}"));
        return new LogSegment(path, baseOffset, baseSequenceNumber, OpenFile(path, FileMode.CreateNew)) { _index = [] };
    }

    /// <summary>Opens a file that is there.</summary>
    /// <exception cref="LogDamagedException">The name is not that of a segment.</exception>
    public static LogSegment Open(string path)
    {
        var numbers = System.IO.Path.GetFileNameWithoutExtension(path).Split('-');
        return numbers.Length == 2
            && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? new LogSegment(path, offset, sequence, OpenFile(path, FileMode.Open))
            : throw new LogDamagedException($"{path} is no file of an event log: its name should be OFFSET-SEQUENCENUMBER{Extension}. Move it elsewhere.");
    }

    /// <summary>Whether nobody knows what is on the disk behind <see cref="End"/>: nothing may be written there.</summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>Writes a group at the end and returns when it is safe on the disk.</summary>
    /// <exception cref="IOException">It could not be written. The file is as it was, unless it is doubtful now.</exception>
    public void Append(in GroupHeader header, ReadOnlySpan<byte> group)
    {
        IsDoubtful = true;
        try
        {
            RandomAccess.Write(_file, group, header.Offset - BaseOffset);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, header.Offset - BaseOffset);
            IsDoubtful = false;
            throw;
        }

        RandomAccess.FlushToDisk(_file);
        IsDoubtful = false;
        lock (_indexLock)
        {
            AddToIndex(_index, header);
        }

        Volatile.Write(ref _lastEnqueued, header.EnqueuedTime);
        Volatile.Write(ref _end, header.End);
    }

    /// <summary>Reads bytes from an offset on; fewer only at the end of what is safe.</summary>
    /// <exception cref="ObjectDisposedException">Retention has deleted the file.</exception>
    public int Read(long offset, Span<byte> into)
    {
        into = into[..(int)Math.Min(into.Length, End - offset)];
        var read = 0;
        while (read < into.Length)
        {
            var now = RandomAccess.Read(_file, into[read..], offset - BaseOffset + read);
            if (now == 0) break;
            read += now;
        }

        return read;
    }

    /// <summary>The header of the group at an offset.</summary>
    /// <exception cref="LogDamagedException">There is no intact one.</exception>
    public GroupHeader HeaderAt(long offset)
    {
        Span<byte> bytes = stackalloc byte[GroupHeader.Size];
        return GroupHeader.TryRead(bytes[..Read(offset, bytes)], offset, out var header) && header.End <= End ? header : throw Damaged(offset);
    }

    /// <summary>The first group for which a condition holds that, once it holds, holds for every later group; null where there is none.</summary>
    public GroupHeader? FirstGroup(Func<GroupHeader, bool> condition)
    {
        var offset = BaseOffset;
        lock (_indexLock)
        {
            _index ??= BuildIndex();
            int low = 0, high = _index.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (condition(_index[middle])) high = middle;
                else low = middle + 1;
            }

            if (low > 0) offset = _index[low - 1].Offset;
        }

        while (offset < End)
        {
            var header = HeaderAt(offset);
            if (condition(header)) return header;
            offset = header.End;
        }

        return null;
    }

    /// <summary>Takes up the headers of its groups from whoever has read them all, so that they need not be read again.</summary>
    public void Learn(IEnumerable<GroupHeader> headers)
    {
        var index = new List<GroupHeader>();
        var last = default(GroupHeader?);
        foreach (var header in headers)
        {
            AddToIndex(index, header);
            last = header;
        }

        lock (_indexLock)
        {
            _index = index;
        }

        if (last is { } known) Volatile.Write(ref _lastEnqueued, known.EnqueuedTime);
    }

    /// <summary>Cuts the file behind its last whole group after a start.</summary>
    public void Truncate(long end)
    {
        RandomAccess.SetLength(_file, end - BaseOffset);
        RandomAccess.FlushToDisk(_file);
        Volatile.Write(ref _end, end);
    }

    /// <summary>Deletes the file; those who read it get an <see cref="ObjectDisposedException"/>.</summary>
    public void Delete()
    {
        File.Delete(Path);
        Dispose();
    }

    /// <summary>What to say where a group is not what was written.</summary>
    public LogDamagedException Damaged(long offset) => new(
        $"The event log is damaged: {Path} holds no intact events at byte {offset - BaseOffset} (offset {offset}), though they were stored. "
        + "Put the file back from a copy, read on from a later position, or delete the partition's folder to start it empty.");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static SafeFileHandle OpenFile(string path, FileMode mode) =>
        File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);

    private static void AddToIndex(List<GroupHeader>? index, in GroupHeader header)
    {
        if (index is { Count: 0 } || (index is not null && header.Offset - index[^1].Offset >= IndexSpacing)) index.Add(header);
    }

    private List<GroupHeader> BuildIndex()
    {
        var index = new List<GroupHeader>();
        for (var offset = BaseOffset; offset < End;)
        {
            var header = HeaderAt(offset);
            AddToIndex(index, header);
            offset = header.End;
        }

        return index;
    }

    private long FindLastEnqueuedTime()
    {
        GroupHeader? last;
        lock (_indexLock)
        {
            _index ??= BuildIndex();
            last = _index.Count == 0 ? null : _index[^1];
        }

        while (last is { } header && header.End < End) last = HeaderAt(header.End);
        if (last is { } found) Volatile.Write(ref _lastEnqueued, found.EnqueuedTime);
        return last?.EnqueuedTime ?? 0;
    }
}
