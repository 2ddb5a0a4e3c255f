namespace Pipeline.Storage;

/// <summary>What a row group holds of one column.</summary>
/// <param name="CompressedBytes">How many bytes the values take in the file.</param>
/// <param name="Ranges">Where in the file all lies that reading the column needs: values, dictionaries, indexes and filters.</param>
/// <param name="Statistics">What is known of the values; of a nested column nothing.</param>
public sealed record ParquetChunk(long CompressedBytes, IReadOnlyList<ByteRange> Ranges, ChunkStatistics Statistics);
