using System.Text;

namespace Pipeline.Sql;

/// <summary>Decides with DuckDB which partitions and row groups a scan can skip.</summary>
public static class ScanPruner
{
    /// <summary>For each partition, whether it may hold rows that the filter lets through.</summary>
    /// <param name="filter">The filter; null keeps everything.</param>
    /// <param name="schema">The table.</param>
    /// <param name="partitions">Each partition's values by column name.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static Task<IReadOnlyList<bool>> KeepPartitionsAsync(
        ScanFilter? filter, TableSchema schema, IReadOnlyList<IReadOnlyDictionary<string, string?>> partitions, CancellationToken cancellationToken)
    {
        var columns = schema.Columns.Where(c => schema.PartitionColumns.Contains(c.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        return KeepAsync(filter?.Partitions, columns, [.. partitions.Select(values => columns
            .Select(c => SqlText.LiteralOrNull(values.FirstOrDefault(v => string.Equals(v.Key, c.Name, StringComparison.OrdinalIgnoreCase)).Value)))], cancellationToken);
    }

    /// <summary>For each row group, whether it may hold rows that the filter lets through.</summary>
    /// <param name="filter">The filter; null keeps everything.</param>
    /// <param name="rowGroups">The row groups.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static Task<IReadOnlyList<bool>> KeepRowGroupsAsync(
        ScanFilter? filter, IReadOnlyList<RowGroupStatistics> rowGroups, CancellationToken cancellationToken)
    {
        if (filter?.Statistics is null)
        {
            return Task.FromResult<IReadOnlyList<bool>>([.. Enumerable.Repeat(true, rowGroups.Count)]);
        }

        var columns = filter.StatisticsColumns.SelectMany(c => new[]
        {
            new ColumnSchema($"min_{c.Name}", c.Type), new ColumnSchema($"max_{c.Name}", c.Type), new ColumnSchema($"nulls_{c.Name}", "BIGINT"),
        }).Append(new ColumnSchema("row_count", "BIGINT")).ToList();
        return KeepAsync(filter.Statistics, columns, [.. rowGroups.Select(group => filter.StatisticsColumns.SelectMany(c =>
        {
            var statistics = group.Columns.FirstOrDefault(s => string.Equals(s.Key, c.Name, StringComparison.OrdinalIgnoreCase)).Value;
            return new[]
            {
                SqlText.LiteralOrNull(statistics?.Min),
                SqlText.LiteralOrNull(statistics?.Max),
                statistics?.NullCount is { } nulls ? SqlText.Number(nulls) : "NULL",
            };
        }).Append(SqlText.Number(group.RowCount)))], cancellationToken);
    }

    private static async Task<IReadOnlyList<bool>> KeepAsync(
        string? predicate, List<ColumnSchema> columns, IReadOnlyList<IEnumerable<string>> rows, CancellationToken cancellationToken)
    {
        if (predicate is null || rows.Count == 0)
        {
            return [.. Enumerable.Repeat(true, rows.Count)];
        }

        var session = EmptySessions.Take();
        try
        {
            return await KeepAsync(session, predicate, columns, rows, cancellationToken);
        }
        finally
        {
            EmptySessions.GiveBack(session, []);
        }
    }

    private static async Task<bool[]> KeepAsync(
        DuckDbSession session, string predicate, List<ColumnSchema> columns, IReadOnlyList<IEnumerable<string>> rows, CancellationToken cancellationToken)
    {
        var kept = new bool[rows.Count];
        const int Batch = 5000;
        for (var from = 0; from < rows.Count; from += Batch)
        {
            var sql = new StringBuilder("SELECT i FROM (SELECT i");
            foreach (var column in columns)
            {
                sql.Append(", CAST(").Append(SqlText.Name(column.Name)).Append(" AS ").Append(column.Type).Append(") AS ").Append(SqlText.Name(column.Name));
            }

            sql.Append(" FROM (VALUES ");
            for (var i = from; i < Math.Min(rows.Count, from + Batch); i++)
            {
                sql.Append(i == from ? "(" : ", (").Append(SqlText.Number(i)).AppendJoin("", rows[i].Select(v => ", " + v)).Append(')');
            }

            sql.Append(") AS v(i").AppendJoin("", columns.Select(c => ", " + SqlText.Name(c.Name))).Append(")) AS r WHERE ").Append(predicate);
            try
            {
                await session.RunAsync(sql.ToString(), reader =>
                {
                    while (reader.Read())
                    {
                        kept[reader.GetInt32(0)] = true;
                    }

                    return true;
                }, cancellationToken);
            }
            catch (Exception e) when (e is SqlExecutionException or SqlMemoryException or SqlTimeoutException)
            {
                // A condition that fails on a value, such as a cast, may never meet that value in the query itself.
                Array.Fill(kept, true);
            }
        }

        return kept;
    }
}
