namespace Pipeline.Sql;

/// <summary>What a Parquet footer says about one column of a row group. Unknown is null and never prunes.</summary>
/// <param name="Min">The least value as text that DuckDB casts to the column's type.</param>
/// <param name="Max">The greatest value, likewise.</param>
/// <param name="NullCount">How many rows hold null.</param>
public sealed record ColumnStatistics(string? Min, string? Max, long? NullCount);
