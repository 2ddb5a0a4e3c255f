namespace Pipeline.Storage;

/// <summary>What the footer of a Parquet file says of its content.</summary>
/// <param name="Columns">The file's columns, with the types that DuckDB gives them.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="RowGroups">Its row groups, in the order of their rows.</param>
/// <param name="Length">How many bytes at the file's end are the footer, with its length and the closing magic.</param>
public sealed record ParquetFooter(
    IReadOnlyList<DatasetColumn> Columns, long Rows, IReadOnlyList<ParquetRowGroup> RowGroups, int Length)
{
    /// <summary>The footer as it is in the file, to make others of.</summary>
    internal ReadOnlyMemory<byte> Bytes { get; init; }
}
