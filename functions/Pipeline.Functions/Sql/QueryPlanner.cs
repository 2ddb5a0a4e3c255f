using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Turns the SQL of a job into a plan: checks it, finds out what it reads, and splits it over the partitions of its large table.</summary>
public sealed class QueryPlanner
{
    private readonly TimeProvider _time;

    /// <summary>Makes a planner.</summary>
    /// <param name="time">The clock; its time of planning is <c>now()</c> for the whole job.</param>
    public QueryPlanner(TimeProvider? time = null) => _time = time ?? TimeProvider.System;

    /// <summary>Checks that a query is one SELECT in DuckDB's dialect, without the tables that it names.</summary>
    /// <exception cref="SqlException">It is not.</exception>
    public static async Task ParseAsync(string sql, CancellationToken cancellationToken)
    {
        using var binder = new QueryBinder([]);
        await binder.Parser.ParseAsync(sql, cancellationToken);
    }

    /// <summary>Checks and plans a query.</summary>
    /// <param name="sql">One SELECT in DuckDB's dialect.</param>
    /// <param name="tables">The tables that it may name.</param>
    /// <param name="largeTable">The table whose partitions the work is spread over; null plans one task.</param>
    /// <param name="cancellationToken">Stops planning.</param>
    /// <exception cref="SqlException">The query is wrong or not allowed.</exception>
    public async Task<QueryPlan> PlanAsync(string sql, IReadOnlyList<TableSchema> tables, string? largeTable, CancellationToken cancellationToken)
    {
        var large = largeTable is null ? null
            : tables.FirstOrDefault(t => string.Equals(t.Name, largeTable, StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"The large table {largeTable} is not among the tables.", nameof(largeTable));
        using var binder = new QueryBinder(tables);
        var query = await binder.Parser.ParseAsync(sql, cancellationToken);
        new SqlChecker(sql, tables).Check(query);
        sql = await EmbeddableAsync(binder.Parser, sql, query, cancellationToken);
        var result = await binder.BindAsync(sql, cancellationToken);

        var normal = query.Copy();
        var reason = await new FunctionRewriter(binder, tables, _time).RewriteAsync(normal, cancellationToken);
        NameColumns(normal, result);
        SplitContext? context = null;
        try
        {
            context = new SplitContext(binder, tables, large ?? new TableSchema("", []), CteInliner.Run(normal));
        }
        catch (CannotSplitException e)
        {
            reason = e.Message;
        }

        var reads = new List<TableRead>();
        foreach (var table in tables.Where(t => Reads(query, t)))
        {
            reads.Add(new TableRead(
                table.Name,
                await ColumnUse.NeededAsync(binder, query, sql, result, table, cancellationToken),
                context is null ? null : await FilterExtractor.ExtractAsync(context, normal, table, cancellationToken)));
        }

        var read = reads.Find(r => r.Table == large?.Name);
        reason ??= large is null ? "no table is large enough to be worth splitting" : read is null ? $"the query does not read {large.Name}" : null;
        if (context is null || read is null || reason is not null)
        {
            return new QueryPlan(sql, result, reads, null, reason);
        }

        try
        {
            return new QueryPlan(sql, result, reads, await new QuerySplitter(context, read.Columns).SplitAsync(normal, result, cancellationToken), null);
        }
        catch (CannotSplitException e)
        {
            return new QueryPlan(sql, result, reads, null, e.Message);
        }
    }

    private static bool Reads(JsonObject query, TableSchema table) => query.Everything()
        .Any(n => n.Type() == "BASE_TABLE" && string.Equals(n.Text("table_name"), table.Name, StringComparison.OrdinalIgnoreCase));

    /// <summary>A result column without an alias is named after its expression, which splitting changes: so each gets its name as an alias.</summary>
    internal static void NameColumns(JsonObject query, IReadOnlyList<ColumnSchema> result)
    {
        for (var select = query; select is not null; select = select.Object("left"))
        {
            var items = select.Objects("select_list").ToList();
            if (items.Count == result.Count)
            {
                foreach (var (item, column) in items.Zip(result).Where(p => p.First.Text("alias").Length == 0 && !p.First.IsExpression("STAR") && !p.First.IsExpression("COLUMN_REF")))
                {
                    item["alias"] = column.Name;
                }
            }
        }
    }

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
