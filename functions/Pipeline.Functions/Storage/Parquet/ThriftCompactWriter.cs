namespace Pipeline.Storage;

/// <summary>Writes the heads that Thrift's compact protocol puts before values.</summary>
/// <remarks>Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md</remarks>
internal static class ThriftCompactWriter
{
    /// <summary>Writes the head of a field.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="last">The number of the field before it in the struct, or 0.</param>
    /// <param name="id">Its number.</param>
    /// <param name="type">Its type.</param>
    public static void WriteFieldHead(this Stream output, int last, int id, ThriftType type)
    {
        if (id - last is > 0 and < 16 and var delta)
        {
            output.WriteByte((byte)(delta << 4 | (int)type));
        }
        else
        {
            output.WriteByte((byte)type);
            output.WriteZigZag(id);
        }
    }

    /// <summary>Writes the head of a list of structs.</summary>
    public static void WriteListHead(this Stream output, int count)
    {
        output.WriteByte((byte)(Math.Min(count, 15) << 4 | (int)ThriftType.Struct));
        if (count >= 15) output.WriteVarint((ulong)count);
    }

    /// <summary>Writes a number.</summary>
    public static void WriteZigZag(this Stream output, long value) => output.WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    private static void WriteVarint(this Stream output, ulong value)
    {
        for (; value >= 0x80; value >>= 7) output.WriteByte((byte)(value | 0x80));
        output.WriteByte((byte)value);
    }
}
