namespace Pipeline.Sql;

/// <summary>
/// What a query's WHERE says about whole partitions and row groups. Both are SQL predicates that are false or null only
/// where no row can match; <see cref="ScanPruner"/> evaluates them.
/// </summary>
/// <param name="Partitions">Over the Hive partition columns, by their own names; null when nothing can be skipped.</param>
/// <param name="Statistics">
/// Over the statistics of a row group: columns <c>min_NAME</c>, <c>max_NAME</c>, <c>nulls_NAME</c> for each of
/// <paramref name="StatisticsColumns"/> and <c>row_count</c>; null when nothing can be skipped.
/// </param>
/// <param name="StatisticsColumns">The columns whose statistics are looked at.</param>
/// <param name="Conditions">The conditions in the query's own words, for people.</param>
public sealed record ScanFilter(
    string? Partitions,
    string? Statistics,
    IReadOnlyList<ColumnSchema> StatisticsColumns,
    IReadOnlyList<string> Conditions);
