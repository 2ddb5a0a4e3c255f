using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Refuses what cannot be computed over rows that never end, and says what to write instead.</summary>
internal sealed class StreamChecks(string sql, TableSchema stream, string timeColumn)
{
    /// <summary>Checks the shape of the whole query, before its window is looked at.</summary>
    public void CheckShape(JsonObject query)
    {
        if (query.Type() != "SELECT_NODE")
        {
            throw Fault(query.Type() == "SET_OPERATION_NODE" ? "UNION, INTERSECT and EXCEPT cannot run over a stream. Make a stream for each SELECT" : "A stream's query is one SELECT", query);
        }

        var everything = query.Everything().ToList();
        if (everything.Find(n => n.Type() is "RECURSIVE_CTE_NODE") is { } recursive)
        {
            throw Fault("A recursive CTE cannot be used by a stream's query", recursive);
        }

        if (everything.Find(n => n.IsExpression("CONSTANT") && n.Object("value")?.Text("value").Contains(SplitNames.Prefix, StringComparison.Ordinal) == true) is { } reserved)
        {
            throw Fault($"A text may not hold {SplitNames.Prefix}, which the app uses itself", reserved);
        }

        var reads = everything.Where(Reads).ToList();
        if (reads.Count == 0)
        {
            throw Fault($"The query does not read the stream. Write FROM {stream.Name}", query);
        }

        if (reads.Count > 1)
        {
            throw Fault("The stream is read more than once. A stream cannot be joined with itself, nor be looked up in a subquery; join it with reference tables, or group it by a window", reads[1]);
        }

        if (everything.Where(n => n.IsExpression("SUBQUERY")).FirstOrDefault(n => n.Everything().Any(Reads)) is { } subquery)
        {
            throw Fault("A subquery in an expression cannot read the stream, which is never whole", subquery);
        }

        if (everything.Find(n => n["sample"] is JsonObject) is { } sample)
        {
            throw Fault("A stream cannot be sampled. Filter by a hash of a column: WHERE hash(id) % 100 = 0", sample);
        }

        foreach (var node in everything)
        {
            CheckTime(node);
        }
    }

    /// <summary>Checks a query without a window: it may only filter and project.</summary>
    public void CheckRowWise(JsonObject query)
    {
        if (RowWise.Aggregates(query))
        {
            var call = RowWise.OwnExpressions(query).FirstOrDefault(AggregateCall.Is);
            throw Fault("A stream never ends, so a query that groups or aggregates needs a window. "
                + $"Add one to GROUP BY: {string.Join(", ", WindowCall.Functions.Keys.Select(f => WindowCall.Example(f, timeColumn)))}", call ?? query.Objects("group_expressions").FirstOrDefault() ?? query);
        }

        if (RowWise.OwnExpressions(query).FirstOrDefault(e => e.IsExpression("WINDOW")) is { } over)
        {
            throw Fault($"{over.Text("function_name")}(…) OVER (…) looks at all rows of a stream that never ends. Group by a window: then it looks at the rows of one window", over);
        }

        foreach (var modifier in query.Objects("modifiers"))
        {
            var what = modifier.Type() switch { "ORDER_MODIFIER" => "ORDER BY", "DISTINCT_MODIFIER" => "DISTINCT", _ => "LIMIT" };
            var advice = what == "DISTINCT" ? $"Use the stream's \"deduplicate\", or group by {WindowCall.Example("tumble", timeColumn)}" : $"Group by a window: {what} then applies to each window by itself";
            throw Fault($"{what} cannot apply to a stream that never ends. {advice}", modifier.Everything().FirstOrDefault(n => n.Location() is not null) ?? query);
        }
    }

    /// <summary>Checks the rest of a query with a window.</summary>
    public void CheckWindowed(JsonObject query)
    {
        foreach (var modifier in query.Objects("modifiers"))
        {
            if (modifier.Type() == "LIMIT_PERCENT_MODIFIER" || (modifier.Type() == "LIMIT_MODIFIER" && (PerWindowRows.Number(modifier.Object("limit"), -1) is null || PerWindowRows.Number(modifier.Object("offset"), 0) is null)))
            {
                throw Fault("LIMIT and OFFSET count the rows of each window, and must be whole numbers", modifier.Everything().FirstOrDefault(n => n.Location() is not null) ?? query);
            }

            if (modifier.Type() == "DISTINCT_MODIFIER" && modifier.Objects("distinct_on_targets").Any())
            {
                throw Fault("DISTINCT ON is not for streams. Write QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1", modifier.Objects("distinct_on_targets").First());
            }
        }

        if (RowWise.OwnExpressions(query).Where(AggregateCall.Is).FirstOrDefault(a => a.Objects("children").Any(WindowMarkers.In)) is { } aggregate)
        {
            throw Fault("window_start and window_end are the same for all rows of a group, so no aggregate takes them. Use them beside it", aggregate);
        }

        if (query.Object("where_clause")?.Everything().FirstOrDefault(n => n.IsExpression("COLUMN_REF") && IsWindowName(n)) is { } where && !stream.Columns.Any(c => IsWindowName(where, c.Name)))
        {
            throw Fault("WHERE looks at events before they are in a window. Put a condition on window_start or window_end into HAVING", where);
        }
    }

    /// <summary>The fault of a query that the splitter cannot take apart.</summary>
    public static SqlException CannotRun(string reason) =>
        new(SqlErrorKind.Forbidden, $"A stream cannot run this query: {reason.Replace("the large table", "the stream", StringComparison.Ordinal)}.");

    public SqlException Fault(string message, JsonObject node) => new(SqlErrorKind.Forbidden, message + ".", SqlPosition.Of(node, sql));

    /// <summary>True for an unqualified <c>window_start</c> or <c>window_end</c>.</summary>
    public static bool IsWindowName(JsonObject column) => column.Texts("column_names") is [var only] && Marker(only) is not null;

    /// <summary>The marker that a name stands for.</summary>
    public static string? Marker(string name) =>
        string.Equals(name, "window_start", StringComparison.OrdinalIgnoreCase) ? WindowMarkers.Start
        : string.Equals(name, "window_end", StringComparison.OrdinalIgnoreCase) ? WindowMarkers.End
        : null;

    private static bool IsWindowName(JsonObject column, string name) => string.Equals(column.Texts("column_names")[^1], name, StringComparison.OrdinalIgnoreCase);

    private void CheckTime(JsonObject node)
    {
        var name = node.IsExpression("FUNCTION") ? node.Text("function_name")
            : node.IsExpression("COLUMN_REF") && node.Texts("column_names") is [var only] && !stream.Columns.Any(c => string.Equals(c.Name, only, StringComparison.OrdinalIgnoreCase)) ? only
            : "";
        if (FunctionRewriter.IsTimeFunction(name))
        {
            throw Fault($"{name} differs whenever events are worked through again, so results would not be the same. Use the column enqueued_time: when the hub took the event", node);
        }
    }

    private bool Reads(JsonObject node) => node.Type() == "BASE_TABLE" && string.Equals(node.Text("table_name"), stream.Name, StringComparison.OrdinalIgnoreCase);
}
