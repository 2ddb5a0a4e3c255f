namespace Pipeline.Sql;

/// <summary>A Parquet file to read as (a part of) a table.</summary>
/// <param name="Path">The local path.</param>
/// <param name="PartitionValues">The Hive partition columns' values as text, null for <c>__HIVE_DEFAULT_PARTITION__</c>; null when there are none.</param>
public sealed record ParquetFile(string Path, IReadOnlyDictionary<string, string?>? PartitionValues = null);
