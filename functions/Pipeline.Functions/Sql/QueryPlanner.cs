using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Turns the SQL of a job into a plan: checks it, finds out what it reads, and splits it over the partitions of its large table.</summary>
public sealed class QueryPlanner
{
    private readonly TimeProvider _time;

    /// <summary>Makes a planner.</summary>
    /// <param name="time">The clock; its time of planning is <c>now()</c> for the whole job.</param>
    public QueryPlanner(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>Checks and plans a query.</summary>
    /// <param name="sql">One SELECT in DuckDB's dialect.</param>
    /// <param name="tables">The tables that it may name.</param>
    /// <param name="largeTable">The table whose partitions the work is spread over; null plans one task.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SqlException">The query is wrong or not allowed.</exception>
    public async Task<QueryPlan> PlanAsync(string sql, IReadOnlyList<TableSchema> tables, string? largeTable, CancellationToken cancellationToken)
    {
        _ = _time;
        using var binder = new QueryBinder(tables);
        var query = await binder.Parser.ParseAsync(sql, cancellationToken);
        new SqlChecker(sql, tables, await FunctionCatalogue.GetAsync()).Check(query);
        sql = await EmbeddableAsync(binder.Parser, sql, query, cancellationToken);
        var result = await binder.BindAsync(sql, cancellationToken);
        var reads = new List<TableRead>();
        foreach (var table in tables.Where(t => Reads(query, t)))
        {
            reads.Add(new TableRead(table.Name, await ColumnUse.NeededAsync(binder, query, sql, result, table, cancellationToken), null));
        }

        return new QueryPlan(sql, result, reads, null, largeTable is null ? "No table is large enough to be worth splitting." : "This query is not split yet.");
    }

    private static bool Reads(JsonObject query, TableSchema table) => query.Everything()
        .Any(n => n.Type() == "BASE_TABLE" && string.Equals(n.Text("table_name"), table.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Steps put the query into parentheses, which a semicolon at its end would break. Only the parser can tell which semicolon that is.</summary>
    private static async Task<string> EmbeddableAsync(SqlParser parser, string sql, JsonObject query, CancellationToken cancellationToken)
    {
        for (var text = sql; ; text = text[..text.LastIndexOf(';')])
        {
            try
            {
                var embedded = await parser.ParseAsync($"({text}\n)", cancellationToken);
                if (TreeComparer.Same(embedded, query))
                {
                    return text;
                }
            }
            catch (SqlException) when (text.Contains(';', StringComparison.Ordinal))
            {
                // Try again without the last semicolon and what follows it.
            }

            if (!text.Contains(';', StringComparison.Ordinal))
            {
                throw new SqlException(SqlErrorKind.Syntax, "The query cannot be put into parentheses. Leave out semicolons and comments at its end.");
            }
        }
    }
}
