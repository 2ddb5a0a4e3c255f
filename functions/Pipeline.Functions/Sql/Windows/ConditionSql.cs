using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Checks a condition over a result's rows.</summary>
internal static class ConditionSql
{
    /// <summary>Makes sure that it is true or false for a row, always the same for the same row, and looks at nothing else.</summary>
    /// <exception cref="SqlException">It is wrong or not allowed.</exception>
    public static async Task CheckAsync(string condition, IReadOnlyList<ColumnSchema> result, CancellationToken cancellationToken)
    {
        var table = new TableSchema("result", result);
        using var binder = new QueryBinder([table]);
        const string Before = "SELECT * FROM result WHERE ";
        var sql = Before + condition;
        JsonObject query;
        try
        {
            query = await binder.Parser.ParseAsync(sql, cancellationToken);
            new SqlChecker(sql, [table]).Check(query);
            await binder.BindAsync(sql, cancellationToken);
        }
        catch (SqlException e) when (e.Position is { Line: 1 } position)
        {
            throw new SqlException(e.Kind, e.Reason, new SqlPosition(1, Math.Max(1, position.Column - Before.Length)), e);
        }

        var where = query.Object("where_clause");
        if (where is null || query.Objects("modifiers").Any() || RowWise.WhyNot(query) is not null || query.Objects("group_expressions").Any()
            || query.Object("from_table")?.Text("table_name") != "result" || where.Everything().Any(n => n.IsExpression("SUBQUERY")))
        {
            throw new SqlException(SqlErrorKind.Forbidden, $"'{condition}' is not a condition. Write an expression over {string.Join(", ", result.Select(c => c.Name))}, as in: {result[^1].Name} > 100.");
        }

        if (where.Everything().FirstOrDefault(n => FunctionRewriter.IsVolatile(n) || (n.IsExpression("FUNCTION") && FunctionRewriter.IsTimeFunction(n.Text("function_name")))) is { } call)
        {
            throw new SqlException(SqlErrorKind.Forbidden, $"{call.Text("function_name")} gives another value at each call, so the same window could alert once and not again.");
        }

        var type = await binder.BindAsync($"SELECT ({condition}\n) FROM result", cancellationToken);
        if (type[0].Type != "BOOLEAN")
            throw new SqlException(SqlErrorKind.Forbidden, $"'{condition}' is {type[0].Type} and not a condition. Compare it with something, as in: {condition} > 100.");
    }
}
