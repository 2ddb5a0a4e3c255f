namespace Pipeline.Sql;

/// <summary>What a Parquet footer says about one row group.</summary>
/// <param name="RowCount">How many rows it holds.</param>
/// <param name="Columns">By column name, without regard to case; columns may be missing.</param>
public sealed record RowGroupStatistics(long RowCount, IReadOnlyDictionary<string, ColumnStatistics> Columns);
