using System.Buffers.Binary;
using DuckDB.NET.Data;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// Tells events that came before. For each key it holds the latest time of an event that was kept; an event nearer than the given time to it is a
/// duplicate. Keys are forgotten once the latest time of all events is twice as far away, which is judged at each event, so that what
/// is dropped does not depend on how events come in batches.
/// </summary>
internal sealed class EventDeduplicator
{
    /// <summary>The table that holds what is new since the last delta; a null key stands for the latest time of all.</summary>
    public const string Table = SplitNames.Prefix + "seen";

    public const string Key = SplitNames.Prefix + "seen_key";
    public const string Time = SplitNames.Prefix + "seen_time";

    private const int FewKeys = 10_000;

    private readonly Dictionary<byte[], long> _kept = new(new KeyComparer());
    private readonly List<KeyValuePair<byte[], long>> _new = [];
    private readonly IReadOnlyList<int> _columns;
    private readonly int _time;
    private readonly long _within;
    private byte[] _buffer = new byte[256];
    private int[] _selection = [];
    private long _latest = long.MinValue;
    private int _keysAfterSweep;

    /// <param name="columns">The places of the key's columns in a batch.</param>
    /// <param name="time">The place of the time column.</param>
    /// <param name="within">How far apart in time, in microseconds.</param>
    public EventDeduplicator(IReadOnlyList<int> columns, int time, long within) => (_columns, _time, _within) = (columns, time, within);

    public static IReadOnlyList<ColumnSchema> Columns { get; } = [new(Key, "BLOB"), new(Time, "BIGINT")];

    public int Count => _kept.Count;

    /// <summary>The places of the events that are kept.</summary>
    public (int[] Selection, int Count) Select(EventBatch batch)
    {
        if (_selection.Length < batch.Count)
        {
            _selection = new int[Math.Max(batch.Count, 2 * _selection.Length)];
        }

        var lookup = _kept.GetAlternateLookup<ReadOnlySpan<byte>>();
        var times = batch.All[_time].Values<long>();
        var count = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            var key = KeyOf(batch, i);
            var time = times[i];
            if (lookup.TryGetValue(key, out var kept) && IsNear(time, kept))
            {
                _latest = Math.Max(_latest, time);
                continue;
            }

            _latest = Math.Max(_latest, time);
            var stays = lookup.TryGetValue(key, out _, out var before) ? Math.Max(before, time) : time;
            lookup[key] = stays;
            lookup.TryGetValue(key, out var own, out _);
            _new.Add(new(own!, stays));
            _selection[count++] = i;
        }

        Sweep();
        return (_selection, count);
    }

    /// <summary>Puts what is new since the last time into <see cref="Table"/>.</summary>
    public void Flush(DuckDBConnection connection)
    {
        if (_new.Count == 0)
        {
            return;
        }

        using var appender = connection.CreateAppender(Table);
        foreach (var (key, time) in _new)
        {
            appender.CreateRow().AppendValue(key).AppendValue(time).EndRow();
        }

        appender.CreateRow().AppendNullValue().AppendValue(_latest).EndRow();
        _new.Clear();
    }

    /// <summary>Puts all that it knows into <see cref="Table"/>.</summary>
    public void FlushAll(DuckDBConnection connection)
    {
        _new.Clear();
        _new.AddRange(_kept);
        Flush(connection);
    }

    /// <summary>Reads back one row of <see cref="Table"/>; of each key the last one counts.</summary>
    public void Restore(byte[]? key, long time)
    {
        if (key is null)
        {
            _latest = Math.Max(_latest, time);
        }
        else
        {
            _kept[key] = time;
        }
    }

    private bool IsNear(long time, long kept) =>
        (UInt128)Int128.Abs((Int128)time - kept) < (ulong)_within && (Int128)kept + 2 * (Int128)_within > _latest;

    private void Sweep()
    {
        if (_kept.Count > FewKeys && _kept.Count > 2 * _keysAfterSweep)
        {
            foreach (var (key, _) in _kept.Where(k => (Int128)k.Value + 2 * (Int128)_within <= _latest).ToList())
            {
                _kept.Remove(key);
            }

            _keysAfterSweep = _kept.Count;
        }
    }

    /// <summary>The key's values one after the other, each with its length, so that no two keys look alike.</summary>
    private ReadOnlySpan<byte> KeyOf(EventBatch batch, int index)
    {
        var length = 0;
        foreach (var place in _columns)
        {
            var column = batch.All[place];
            var value = column.BytesOf(index);
            if (_buffer.Length < length + value.Length + 4)
            {
                Array.Resize(ref _buffer, 2 * (length + value.Length + 4));
            }

            BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(length), column.IsValid(index) ? value.Length : -1);
            value.CopyTo(_buffer.AsSpan(length + 4));
            length += value.Length + 4;
        }

        return _buffer.AsSpan(0, length);
    }

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
