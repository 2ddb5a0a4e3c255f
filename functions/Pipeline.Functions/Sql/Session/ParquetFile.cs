namespace Pipeline.Sql;

/// <summary>A Parquet file to read as (a part of) a table.</summary>
/// <param name="Path">The local path.</param>
/// <param name="PartitionValues">The Hive partition columns' values as text, null for <c>__HIVE_DEFAULT_PARTITION__</c>; null when there are none.</param>
/// <param name="Rows">The first and last number of each range of rows that is read, ascending; null for all rows. The ranges are
/// best whole row groups: DuckDB then opens no others.</param>
public sealed record ParquetFile(
    string Path, IReadOnlyDictionary<string, string?>? PartitionValues = null, IReadOnlyList<(long First, long Last)>? Rows = null);
