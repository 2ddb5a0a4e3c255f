using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Pipeline.Streams;

/// <summary>
/// The values of one column of a batch of events, side by side in memory as DuckDB wants them, so that loading them is a copy.
/// The buffers grow as needed and are used again after <see cref="Clear"/>. Not safe for use by two threads at a time.
/// </summary>
public sealed class EventColumn
{
    private readonly int _width;

    // On the pinned heap: DuckDB reads text in place.
    private byte[] _values;
    private byte[] _text = [];
    private ulong[] _validity = [];
    private int _textLength;
    private int _capacity;
    private bool _hasNulls;

    /// <summary>Makes an empty column.</summary>
    /// <param name="schema">Its name and type.</param>
    public EventColumn(EventColumnSchema schema)
    {
        Schema = schema;
        _width = schema.Type == EventColumnType.Varchar ? 8 : schema.Width;
        _values = [];
    }

    /// <summary>The name and the type.</summary>
    public EventColumnSchema Schema { get; }

    /// <summary>The name.</summary>
    public string Name => Schema.Name;

    /// <summary>The type.</summary>
    public EventColumnType Type => Schema.Type;

    /// <summary>How many values there are, nulls among them.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes that the values take.</summary>
    public long Bytes => (long)Count * _width + _textLength;

    internal bool HasNulls => _hasNulls;

    /// <summary>Adds a null.</summary>
    public void AppendNull()
    {
        var index = Next();
        if (!_hasNulls)
        {
            _validity.AsSpan().Fill(ulong.MaxValue);
            _hasNulls = true;
        }

        _validity[index >> 6] &= ~(1UL << (index & 63));
        Unsafe.InitBlockUnaligned(ref _values[index * _width], 0, (uint)_width);
    }

    /// <summary>Adds a value to a <see cref="EventColumnType.Boolean"/> column.</summary>
    /// <param name="value">The value.</param>
    public void Append(bool value)
    {
        Expect(Type == EventColumnType.Boolean, "a truth value");
        Put(NextValid(), value ? (byte)1 : (byte)0);
    }

    /// <summary>Adds a whole number, a time in microseconds since 1970-01-01 UTC, or a day in days since 1970-01-01.</summary>
    /// <param name="value">The value, for a <see cref="EventColumnType.BigInt"/>, <see cref="EventColumnType.Timestamp"/> or <see cref="EventColumnType.Date"/> column.</param>
    public void Append(long value)
    {
        if (Type is EventColumnType.BigInt or EventColumnType.Timestamp) Put(NextValid(), value);
        else if (Type == EventColumnType.Date) Put(NextValid(), checked((int)value));
        else Expect(false, "a whole number");
    }

    /// <summary>Adds a value to a <see cref="EventColumnType.Double"/> column.</summary>
    /// <param name="value">The value.</param>
    public void Append(double value)
    {
        Expect(Type == EventColumnType.Double, "a floating-point number");
        Put(NextValid(), value);
    }

    /// <summary>Adds a value to a <see cref="EventColumnType.Decimal"/> column.</summary>
    /// <param name="unscaled">The value times ten to the power of the column's scale: 12.34 in DECIMAL(9,2) is 1234.</param>
    /// <exception cref="OverflowException">The value has more digits than the column.</exception>
    public void Append(Int128 unscaled)
    {
        Expect(Type == EventColumnType.Decimal, "a decimal number");
        if (Int128.Abs(unscaled) >= Decimals.PowerOfTen(Schema.Precision))
        {
            throw new OverflowException($"{unscaled} has more digits than {Schema.SqlType} of column {Name} holds.");
        }

        var index = NextValid();
        switch (_width)
        {
            case 2: Put(index, (short)unscaled); break;
            case 4: Put(index, (int)unscaled); break;
            case 8: Put(index, (long)unscaled); break;
            default: Put(index, unscaled); break;
        }
    }

    /// <summary>Adds a text to a <see cref="EventColumnType.Varchar"/> column.</summary>
    /// <param name="utf8">The text; copied.</param>
    /// <exception cref="ArgumentException">The bytes are not UTF-8. Nothing was added.</exception>
    public void Append(ReadOnlySpan<byte> utf8)
    {
        Expect(Type == EventColumnType.Varchar, "a text");
        if (!Utf8.IsValid(utf8))
        {
            throw new ArgumentException($"A value of column {Name} is not UTF-8.", nameof(utf8));
        }

        if (_text.Length - _textLength < utf8.Length)
        {
            Grow(ref _text, checked(_textLength + utf8.Length));
        }

        utf8.CopyTo(_text.AsSpan(_textLength));
        Put(NextValid(), ((long)utf8.Length << 32) | (uint)_textLength);
        _textLength += utf8.Length;
    }

    /// <summary>Takes all values away; the buffers stay for the next batch.</summary>
    public void Clear()
    {
        Count = 0;
        _textLength = 0;
        _hasNulls = false;
    }

    /// <summary>Takes the last values away, so that <paramref name="count"/> remain.</summary>
    internal void Truncate(int count)
    {
        if (count >= Count) return;
        if (Type == EventColumnType.Varchar)
        {
            // A null's place is 0, so the text of the first value that goes is where the next one goes on.
            for (var i = count; i < Count; i++)
            {
                if (IsValid(i))
                {
                    _textLength = (int)(uint)Slice<long>(i);
                    break;
                }
            }
        }

        // Bits beyond the end must be set again: a value that comes later does not set its own.
        for (var i = count; _hasNulls && i < Count; i++) _validity[i >> 6] |= 1UL << (i & 63);
        Count = count;
    }

    internal bool IsValid(int index) => !_hasNulls || (_validity[index >> 6] & (1UL << (index & 63))) != 0;

    /// <summary>The values of a type of fixed width; a null's is 0. Of text: the length in the upper, the place in <see cref="Text"/> in the lower half.</summary>
    internal ReadOnlySpan<T> Values<T>() where T : unmanaged => MemoryMarshal.Cast<byte, T>(_values.AsSpan(0, Count * _width));

    /// <summary>The bytes of one value; none of a null.</summary>
    internal ReadOnlySpan<byte> BytesOf(int index)
    {
        if (!IsValid(index)) return [];
        if (Type != EventColumnType.Varchar) return _values.AsSpan(index * _width, _width);
        var place = Slice<long>(index);
        return _text.AsSpan((int)(uint)place, (int)(place >> 32));
    }

    /// <summary>The texts, one after the other, in pinned memory.</summary>
    internal ReadOnlySpan<byte> Text => _text.AsSpan(0, _textLength);

    /// <summary>The values' own bytes, in pinned memory.</summary>
    internal ReadOnlySpan<byte> Raw => _values.AsSpan(0, Count * _width);

    private T Slice<T>(int index) where T : unmanaged => Unsafe.ReadUnaligned<T>(ref _values[index * _width]);

    private void Put<T>(int offset, T value) where T : unmanaged => Unsafe.WriteUnaligned(ref _values[offset], value);

    private int NextValid() => Next() * _width;

    private int Next()
    {
        if (Count == _capacity)
        {
            _capacity = Math.Max(1024, checked(_capacity * 2));
            Grow(ref _values, _capacity * _width);
            Array.Resize(ref _validity, (_capacity + 63) >> 6);
            if (_hasNulls) _validity.AsSpan((Count + 63) >> 6).Fill(ulong.MaxValue);
        }

        return Count++;
    }

    private static void Grow(ref byte[] buffer, int least)
    {
        var grown = GC.AllocateUninitializedArray<byte>(Math.Max(least, Math.Max(4096, (int)Math.Min(Array.MaxLength, 2L * buffer.Length))), pinned: true);
        buffer.CopyTo(grown, 0);
        buffer = grown;
    }

    private void Expect(bool fits, string what)
    {
        if (!fits)
        {
            throw new InvalidOperationException($"Column {Name} is {Schema.SqlType} and does not take {what}.");
        }
    }
}
