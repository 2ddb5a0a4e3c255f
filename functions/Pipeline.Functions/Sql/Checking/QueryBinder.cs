using DuckDB.NET.Data;

namespace Pipeline.Sql;

/// <summary>Asks DuckDB what a query means: a confined session with the tables' schemas and no rows.</summary>
internal sealed class QueryBinder : IDisposable
{
    private const ulong DescribeLength = 9; // "DESCRIBE "

    /// <summary>A table must have one column: one that no query can name.</summary>
    private static readonly ColumnSchema NoColumn = new(SplitNames.Prefix + "none", "INTEGER");

    private readonly DuckDbSession _session = EmptySessions.Take();
    private readonly HashSet<string> _views = new(StringComparer.OrdinalIgnoreCase);

    public QueryBinder(IReadOnlyList<TableSchema> tables)
    {
        try
        {
            Parser = new SqlParser(_session);
            foreach (var table in tables)
            {
                AddTable(table.Name, table.Columns);
            }
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    public SqlParser Parser { get; }

    /// <summary>Adds a table, or replaces it. It is a view, as in a task: a real table would have row ids too.</summary>
    public void AddTable(string name, IReadOnlyList<ColumnSchema> columns)
    {
        _views.Add(name);
        _session.Execute($"CREATE OR REPLACE VIEW {SqlText.Name(name)} AS {SqlText.EmptySelect(columns.Count > 0 ? columns : [NoColumn])}");
    }

    /// <summary>The names and types of a user's query, or a fault with its place in the query and the nearest names.</summary>
    /// <exception cref="SqlException">The query does not bind.</exception>
    public async Task<IReadOnlyList<ColumnSchema>> BindAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            return await _session.DescribeAsync(sql, cancellationToken);
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException && e.InnerException is DuckDBException)
        {
            var error = DuckDbError.From((DuckDBException)e.InnerException!);
            var position = error.Position is { } offset && offset >= DescribeLength ? SqlPosition.FromByteOffset(sql, offset - DescribeLength) : null;
            throw new SqlException(SqlErrorKind.Binding, Explain(error), position, e);
        }
        catch (Exception e) when (e is SqlMemoryException or SqlTimeoutException)
        {
            throw new SqlException(SqlErrorKind.TooLarge, "DuckDB needs too much memory or time to understand the query. Are there constants in it that take long to compute?", inner: e);
        }
    }

    /// <summary>DuckDB lists what would have fitted, up to every overload of an operator: the first few will do.</summary>
    private static string Explain(DuckDbError error)
    {
        var lines = error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', lines.Take(4)) + (lines.Length > 4 ? " …" : "");
    }

    /// <summary>The result's names and types, or null if the query does not bind.</summary>
    public async Task<IReadOnlyList<ColumnSchema>?> TryDescribeAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            return await _session.DescribeAsync(sql, cancellationToken);
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException)
        {
            return null;
        }
    }

    /// <summary>What <paramref name="sql"/> gives when a table lacks some columns; null if it does not bind then.</summary>
    public async Task<IReadOnlyList<ColumnSchema>?> DescribeWithoutAsync(string sql, TableSchema table, IReadOnlyList<string> columns, CancellationToken cancellationToken)
    {
        AddTable(table.Name, [.. table.Columns.Where(c => !columns.Contains(c.Name))]);
        try
        {
            return await TryDescribeAsync(sql, cancellationToken);
        }
        finally
        {
            AddTable(table.Name, table.Columns);
        }
    }

    /// <summary>The microseconds and the months of a constant expression; nulls if it is not an interval.</summary>
    public async Task<(long? Microseconds, long Months)> IntervalAsync(string expression, CancellationToken cancellationToken)
    {
        try
        {
            return await _session.RunAsync(
                $"SELECT epoch_us(i), extract(year FROM i) * 12 + extract(month FROM i) FROM (SELECT CAST({expression} AS INTERVAL) AS i)",
                reader => reader.Read() && !reader.IsDBNull(0) ? ((long?)reader.GetInt64(0), reader.GetInt64(1)) : (null, 0L),
                cancellationToken);
        }
        catch (Exception e) when (e is SqlException or SqlExecutionException or SqlMemoryException or SqlTimeoutException)
        {
            return (null, 0);
        }
    }

    public void Dispose() => EmptySessions.GiveBack(_session, _views);
}
