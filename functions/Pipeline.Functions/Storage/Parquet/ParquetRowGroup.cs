namespace Pipeline.Storage;

/// <summary>A row group of a Parquet file.</summary>
/// <param name="FirstRow">The number of its first row in the file, from 0.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Chunks">What it holds of each column, in the order of the file's columns.</param>
public sealed record ParquetRowGroup(long FirstRow, long Rows, IReadOnlyList<ParquetChunk> Chunks);
