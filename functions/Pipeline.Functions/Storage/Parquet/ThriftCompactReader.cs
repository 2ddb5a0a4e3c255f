namespace Pipeline.Storage;

/// <summary>
/// Reads Thrift's compact protocol, the encoding of Parquet footers, from bytes that may be damaged or hostile: it never reads
/// past the end, loops, recurses without bound or believes a length that the bytes cannot hold.
/// </summary>
/// <remarks>Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md</remarks>
internal ref struct ThriftCompactReader(ReadOnlySpan<byte> bytes)
{
    private const int DeepestNesting = 32;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;
    private int _depth;

    /// <summary>Where the next byte is.</summary>
    public readonly int Position => _position;

    /// <summary>Enters a struct: its fields follow.</summary>
    public void BeginStruct()
    {
        if (++_depth > DeepestNesting) throw Malformed("it is nested too deep");
    }

    /// <summary>Goes to the next field of a struct.</summary>
    /// <param name="id">The previous field's number, 0 before the first; becomes this one's.</param>
    /// <param name="type">The field's type on the wire.</param>
    /// <returns>False at the struct's end, which is then left.</returns>
    public bool NextField(ref int id, out ThriftType type)
    {
        var head = ReadByte();
        type = (ThriftType)(head & 0x0F);
        if (type == ThriftType.Stop)
        {
            _depth--;
            return false;
        }

        id = head >> 4 is var delta and > 0 ? id + delta : ReadInt16();
        return true;
    }

    /// <summary>Reads a 32-bit number.</summary>
    public int ReadInt32()
    {
        var value = ReadZigZag();
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw Malformed("a number is out of range");
    }

    /// <summary>Reads bytes.</summary>
    public ReadOnlySpan<byte> ReadBinary()
    {
        var length = ReadVarint();
        if (length > (ulong)(_bytes.Length - _position)) throw Malformed("a text goes on past the end");
        var value = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return value;
    }

    /// <summary>Reads the head of a list, and returns how many elements of the type follow.</summary>
    public int ReadListOf(ThriftType element)
    {
        var count = ReadListHead(out var actual);
        if (count > 0) Expect(actual, element);
        return count;
    }

    /// <summary>Makes sure of a type.</summary>
    public readonly void Expect(ThriftType actual, ThriftType expected)
    {
        if (actual != expected) throw Malformed($"a {actual} stands where a {expected} should");
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(ThriftType type)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Int8:
                ReadByte();
                break;
            case ThriftType.Int16 or ThriftType.Int32 or ThriftType.Int64:
                ReadVarint();
                break;
            case ThriftType.Double:
                Advance(8);
                break;
            case ThriftType.Uuid:
                Advance(16);
                break;
            case ThriftType.Binary:
                ReadBinary();
                break;
            case ThriftType.List or ThriftType.Set:
                SkipElements(ReadListHead(out var element), element, element);
                break;
            case ThriftType.Map:
                if (ReadCount() is var count and > 0)
                {
                    var types = ReadByte();
                    SkipElements(count, (ThriftType)(types >> 4), (ThriftType)(types & 0x0F), both: true);
                }

                break;
            case ThriftType.Struct:
                BeginStruct();
                for (var id = 0; NextField(ref id, out var field);) Skip(field);
                break;
            default:
                throw Malformed($"there is no type {(int)type}");
        }
    }

    /// <summary>Says what is wrong with the bytes.</summary>
    public readonly InvalidDataException Malformed(string what) => new($"its footer cannot be read at byte {_position}: {what}");

    private void SkipElements(int count, ThriftType first, ThriftType second, bool both = false)
    {
        if (++_depth > DeepestNesting) throw Malformed("it is nested too deep");
        for (var i = 0; i < count; i++)
        {
            SkipElement(first);
            if (both) SkipElement(second);
        }

        _depth--;
    }

    // Outside of fields a truth value has a byte of its own.
    private void SkipElement(ThriftType type)
    {
        if (type is ThriftType.True or ThriftType.False) ReadByte();
        else Skip(type);
    }

    private int ReadListHead(out ThriftType element)
    {
        var head = ReadByte();
        element = (ThriftType)(head & 0x0F);
        var count = head >> 4;
        return count == 15 ? ReadCount() : count <= _bytes.Length - _position ? count : throw Malformed("a list goes on past the end");
    }

    // Every element takes a byte at least.
    private int ReadCount()
    {
        var count = ReadVarint();
        return count <= (ulong)(_bytes.Length - _position) ? (int)count : throw Malformed("a list goes on past the end");
    }

    private int ReadInt16() => ReadZigZag() is var id and > 0 and <= short.MaxValue ? (int)id : throw Malformed("a field has no number");

    private long ReadZigZag()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw Malformed("a number does not end");
    }

    private byte ReadByte() => _position < _bytes.Length ? _bytes[_position++] : throw Malformed("it ends too early");

    private void Advance(int count)
    {
        if (count > _bytes.Length - _position) throw Malformed("it ends too early");
        _position += count;
    }
}
