using System.Buffers;
using System.Buffers.Binary;

namespace Pipeline.Storage;

/// <summary>Rewrites a footer so that it names some of its row groups only; all else, and where the data is, stays as it was.</summary>
/// <remarks>
/// A reader that was told to skip row groups by their rows would still look into the Bloom filters of those it skips, and a file
/// that lacks them makes it fail. A file that does not name them has no such trap.
/// </remarks>
internal static class FooterSlicer
{
    /// <summary>Makes the footer, with its trailer.</summary>
    /// <param name="footer">The whole footer, with its trailer.</param>
    /// <param name="rowGroups">The numbers of the row groups to keep, ascending.</param>
    /// <param name="rows">How many rows these have.</param>
    public static byte[] Slice(ReadOnlySpan<byte> footer, IReadOnlyList<int> rowGroups, long rows)
    {
        var metadata = footer[..^FooterParser.TrailerLength];
        var output = new ArrayBufferWriter<byte>(footer.Length);
        var copied = 0;
        var reader = new ThriftCompactReader(metadata);
        reader.BeginStruct();
        for (var id = 0; reader.NextField(ref id, out var type);)
        {
            var start = reader.Position;
            switch (id)
            {
                case 3:
                    output.Write(metadata[copied..start]);
                    WriteVarint(output, (ulong)((rows << 1) ^ (rows >> 63)));
                    reader.Skip(type);
                    copied = reader.Position;
                    break;
                case 4:
                    output.Write(metadata[copied..start]);
                    WriteGroups(ref reader, metadata, reader.ReadListOf(ThriftType.Struct, type), rowGroups, output);
                    copied = reader.Position;
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        output.Write(metadata[copied..]);
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(4), output.WrittenCount);
        output.Advance(4);
        output.Write(footer[^4..]);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteGroups(
        ref ThriftCompactReader reader, ReadOnlySpan<byte> metadata, int count, IReadOnlyList<int> rowGroups, ArrayBufferWriter<byte> output)
    {
        // The head of a list: its count and its elements' type, in one byte where the count is below 15.
        if (rowGroups.Count < 15)
        {
            output.Write([(byte)(rowGroups.Count << 4 | (int)ThriftType.Struct)]);
        }
        else
        {
            output.Write([(byte)(15 << 4 | (int)ThriftType.Struct)]);
            WriteVarint(output, (ulong)rowGroups.Count);
        }

        var kept = 0;
        for (var group = 0; group < count; group++)
        {
            var start = reader.Position;
            reader.Skip(ThriftType.Struct);
            if (kept == rowGroups.Count || rowGroups[kept] != group) continue;
            output.Write(metadata[start..reader.Position]);
            kept++;
        }
    }

    private static void WriteVarint(ArrayBufferWriter<byte> output, ulong value)
    {
        for (; value >= 0x80; value >>= 7) output.Write([(byte)(value | 0x80)]);
        output.Write([(byte)value]);
    }
}
