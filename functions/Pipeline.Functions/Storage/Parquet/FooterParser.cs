using System.Buffers.Binary;
using Parquet;
using Parquet.Meta;

namespace Pipeline.Storage;

/// <summary>Makes a <see cref="ParquetFooter"/> of the last bytes of a file.</summary>
internal static class FooterParser
{
    /// <summary>The footer's length and the closing magic.</summary>
    public const int TrailerLength = 8;

    /// <summary>An opening magic, no column data, a footer of at least a byte, and the trailer.</summary>
    public const int ShortestFile = 4 + 1 + TrailerLength;

    private const int LongestFooter = 64 << 20;

    /// <summary>Reads from a file's last eight bytes how long its footer is, with those eight.</summary>
    /// <exception cref="InvalidDataException">They are not the end of a Parquet file.</exception>
    /// <exception cref="NotSupportedException">They are the end of an encrypted one.</exception>
    public static int LengthOf(ReadOnlySpan<byte> trailer, long fileLength)
    {
        if (trailer[4..].SequenceEqual("PARE"u8)) throw new NotSupportedException("its footer is encrypted");
        if (!trailer[4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException("it does not end as a Parquet file does, so it is cut off or of another format");
        var length = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        if (length <= 0 || length > fileLength - 4 - TrailerLength)
            throw new InvalidDataException($"its footer should have {(uint)length} bytes, but the file has {fileLength}");
        if (length > LongestFooter)
            throw new InvalidDataException($"its footer should have {length} bytes; at most {LongestFooter} are read");
        return length + TrailerLength;
    }

    /// <summary>Reads a footer.</summary>
    /// <param name="footer">The footer with its trailer.</param>
    /// <param name="fileLength">How many bytes the whole file has.</param>
    /// <param name="ct">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The footer is damaged or does not fit the file.</exception>
    /// <exception cref="NotSupportedException">The file uses what cannot be read.</exception>
    public static async Task<ParquetFooter> ParseAsync(ReadOnlyMemory<byte> footer, long fileLength, CancellationToken ct)
    {
        using var guarded = FooterGuard.Check(footer.Span[..^TrailerLength]);
        var metadata = await ReadAsync(guarded, ct);
        var columns = ParquetSchema.Columns(metadata.Schema);
        var leaves = columns.Sum(c => c.Leaves);
        var dataEnd = fileLength - footer.Length;
        var groups = new List<ParquetRowGroup>(metadata.RowGroups.Count);
        long firstRow = 0;
        foreach (var (number, group) in metadata.RowGroups.Index())
        {
            // So that no sum of them overflows.
            if (group.NumRows < 0 || group.NumRows > metadata.NumRows || firstRow > metadata.NumRows - group.NumRows)
                throw new InvalidDataException($"it should have {metadata.NumRows} rows, but its row group {number} has {group.NumRows} more than {firstRow}");
            if (group.Columns.Count != leaves)
                throw new InvalidDataException(
                    $"its row group {number} has {group.Columns.Count} column chunks, where the schema has {leaves} columns");
            groups.Add(new ParquetRowGroup(firstRow, group.NumRows, Chunks(group, columns, number, dataEnd)));
            firstRow += group.NumRows;
        }

        return firstRow == metadata.NumRows
            ? new ParquetFooter([.. columns.Select(c => c.Column)], firstRow, groups, footer.Length) { Bytes = footer }
            : throw new InvalidDataException($"it should have {metadata.NumRows} rows, but its row groups have {firstRow}");
    }

    private static async Task<FileMetaData> ReadAsync(MemoryStream guarded, CancellationToken ct)
    {
        try
        {
            await using var reader = await ParquetReader.CreateAsync(guarded, cancellationToken: ct);
            return reader.Metadata!;
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            throw new InvalidDataException($"Parquet.Net finds its footer damaged ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static ParquetChunk[] Chunks(RowGroup group, IReadOnlyList<ParquetSchema.Entry> columns, int number, long dataEnd)
    {
        var chunks = new ParquetChunk[columns.Count];
        var leaf = 0;
        for (var i = 0; i < chunks.Length; i++)
        {
            var column = columns[i];
            var ranges = new List<ByteRange>(column.Leaves);
            long bytes = 0;
            for (var end = leaf + column.Leaves; leaf < end; leaf++)
            {
                var chunk = group.Columns[leaf];
                if (chunk.FilePath is { Length: > 0 }) throw new NotSupportedException("its columns are in other files");
                // The guard made sure of this.
                bytes += chunk.MetaData!.TotalCompressedSize;
                AddRanges(chunk, ranges, dataEnd, $"column '{column.Column.Name}' of row group {number}");
            }

            var statistics = column.Plain is { } plain
                ? StatisticsReader.Read(group.Columns[leaf - 1].MetaData!.Statistics, plain, column.Column.Type, group.NumRows)
                : ChunkStatistics.Unknown;
            chunks[i] = new ParquetChunk(bytes, ranges, statistics);
        }

        return chunks;
    }

    private static void AddRanges(ColumnChunk chunk, List<ByteRange> ranges, long dataEnd, string where)
    {
        var data = chunk.MetaData!;
        // Writers put 0 where there is no dictionary; no page can be there, as the file begins with its magic.
        long[] starts = [data.DataPageOffset, data.DictionaryPageOffset ?? 0, data.IndexPageOffset ?? 0];
        Add(new ByteRange(starts.Where(s => s > 0).DefaultIfEmpty().Min(), data.TotalCompressedSize));
        if (chunk.OffsetIndexOffset is { } offsetIndex) Add(new ByteRange(offsetIndex, chunk.OffsetIndexLength ?? 0));
        if (chunk.ColumnIndexOffset is { } columnIndex) Add(new ByteRange(columnIndex, chunk.ColumnIndexLength ?? 0));
        // Some writers leave the filter's length out. It says its own length, within bounds that this is beyond.
        if (data.BloomFilterOffset is { } filter)
            Add(new ByteRange(filter, data.BloomFilterLength ?? Math.Clamp(dataEnd - filter, 0, 1 << 20)));

        void Add(ByteRange range)
        {
            if (range.Offset < 4 || range.Length < 0 || range.Length > dataEnd - range.Offset)
                throw new InvalidDataException(
                    $"its {where} should be at bytes {range.Offset} to {(Int128)range.Offset + range.Length}, but the data ends at {dataEnd}");
            ranges.Add(range);
        }
    }
}
