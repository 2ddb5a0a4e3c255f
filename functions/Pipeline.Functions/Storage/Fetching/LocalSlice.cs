namespace Pipeline.Storage;

/// <summary>A slice of a Parquet file as a local file that DuckDB reads.</summary>
/// <param name="Path">The local file. Only the slice's columns may be read.</param>
/// <param name="Rows">
/// The rows that are the slice, as few ranges as there can be, ascending; null where they are all rows of the file. To read them:
/// <c>SELECT … FROM read_parquet('PATH', hive_partitioning = false, file_row_number = true) WHERE file_row_number BETWEEN FIRST AND LAST</c>,
/// one such SELECT for each range, joined by <c>UNION ALL</c>: DuckDB then opens only the row groups of that range, which it does
/// not for ranges joined by <c>OR</c>.
/// </param>
/// <param name="IsInPlace">Whether this is the store's own file, which may be replaced, and not a copy.</param>
/// <param name="BytesFetched">How many bytes came over the network; 0 where the file is read in place.</param>
public sealed record LocalSlice(string Path, IReadOnlyList<RowRange>? Rows, bool IsInPlace, long BytesFetched);
