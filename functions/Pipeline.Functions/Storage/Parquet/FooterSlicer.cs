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
        using var output = new MemoryStream(footer.Length);
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
                    output.WriteZigZag(rows);
                    reader.Skip(type);
                    copied = reader.Position;
                    break;
                case 4:
                    output.Write(metadata[copied..start]);
                    WriteGroups(ref reader, metadata, reader.ReadListOf(ThriftType.Struct), rowGroups, output);
                    copied = reader.Position;
                    break;
                default:
                    reader.Skip(type);
                    break;
            }
        }

        output.Write(metadata[copied..]);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, (int)output.Length);
        output.Write(length);
        output.Write(footer[^4..]);
        return output.ToArray();
    }

    private static void WriteGroups(
        ref ThriftCompactReader reader, ReadOnlySpan<byte> metadata, int count, IReadOnlyList<int> rowGroups, MemoryStream output)
    {
        output.WriteListHead(rowGroups.Count);
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
}
