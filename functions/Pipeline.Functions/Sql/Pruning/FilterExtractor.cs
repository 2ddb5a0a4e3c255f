using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Finds the conditions of a query that concern one table alone, and turns them into filters over partitions and statistics.</summary>
internal static class FilterExtractor
{
    /// <summary>The filter of a table for a whole query, however often it reads it; null if all rows are needed.</summary>
    public static async Task<ScanFilter?> ExtractAsync(SplitContext context, JsonObject query, TableSchema table, CancellationToken cancellationToken)
    {
        if (context.Ctes.Any(c => References(c.Body, null, table).Any()))
        {
            return null;
        }

        var filters = new List<ScanFilter>();
        foreach (var (reference, select) in References(query, null, table).ToList())
        {
            var conditions = select is null ? [] : await ConditionsAsync(context, select, reference, table, cancellationToken);
            if (conditions.Count == 0)
            {
                return null;
            }

            filters.Add(await new FilterWriter(context, table).WriteAsync(conditions, cancellationToken));
        }

        return filters switch
        {
            [] => null,
            [var only] => only.Partitions is null && only.Statistics is null && only.Conditions.Count == 0 ? null : only,
            _ => new ScanFilter(
                Either(filters.Select(f => f.Partitions)), Either(filters.Select(f => f.Statistics)),
                [.. filters.SelectMany(f => f.StatisticsColumns).Distinct()], [string.Join(" OR ", filters.Select(f => $"({string.Join(" AND ", f.Conditions)})"))]),
        };
    }

    /// <summary>The conditions on a table alone that every row of it must meet to matter to a SELECT, over the table's own column names.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ConditionsAsync(SplitContext context, JsonObject select, JsonObject reference, TableSchema table, CancellationToken cancellationToken)
    {
        // A sample is drawn before WHERE looks at the rows.
        if (select.Type() != "SELECT_NODE" || reference.Texts("column_name_alias").Count > 0 || select["sample"] is not null)
        {
            return [];
        }

        var candidates = new List<JsonObject>();
        if (!Path(select.Object("from_table")!, reference, candidates))
        {
            return [];
        }

        candidates.AddRange(Conjuncts(select.Object("where_clause")));
        if (candidates.Count == 0)
        {
            return [];
        }

        NameResolver names;
        try
        {
            names = await NameResolver.OfAsync(context, select, cancellationToken);
        }
        catch (CannotSplitException)
        {
            return [];
        }

        var alias = reference.Text("alias") is { Length: > 0 } own ? own : reference.Text("table_name");
        return [.. candidates.Select(c => OverTable(names.Resolve(c), alias, table)).OfType<JsonObject>()];
    }

    private static string? Either(IEnumerable<string?> predicates)
    {
        var all = predicates.ToList();
        return all.Contains(null) ? null : string.Join(" OR ", all.Select(p => $"({p})"));
    }

    private static IEnumerable<(JsonObject Reference, JsonObject? Select)> References(JsonObject node, JsonObject? select, TableSchema table)
    {
        if (node.Type() == "BASE_TABLE" && string.Equals(node.Text("table_name"), table.Name, StringComparison.OrdinalIgnoreCase))
        {
            return [(node, select)];
        }

        var inner = node.IsQuery() ? node : select;
        return node.Below().SelectMany(child => References(child, inner, table));
    }

    /// <summary>Whether rows of the table that fail a condition cannot reach the result; collects the conditions of inner joins on the way.</summary>
    private static bool Path(JsonObject from, JsonObject reference, List<JsonObject> conditions)
    {
        if (from["sample"] is not null)
        {
            return false;
        }

        if (from == reference)
        {
            return true;
        }

        if (from.Type() != "JOIN")
        {
            return false;
        }

        var type = from.Text("join_type");
        if (from.Text("ref_type") is not ("REGULAR" or "NATURAL" or "CROSS" or "ASOF"))
        {
            return false;
        }

        var isInner = type == "INNER" && from.Text("ref_type") != "ASOF";
        var reaches = (isInner || type is "LEFT" or "SEMI" or "ANTI" || from.Text("ref_type") == "ASOF" && type == "INNER") && Path(from.Object("left")!, reference, conditions)
            || (isInner || (type is "RIGHT" && from.Text("ref_type") != "ASOF")) && Path(from.Object("right")!, reference, conditions);
        if (reaches && isInner)
        {
            conditions.AddRange(Conjuncts(from.Object("condition")));
        }

        return reaches;
    }

    private static IEnumerable<JsonObject> Conjuncts(JsonObject? condition) =>
        condition is null ? [] : condition.Type() == "CONJUNCTION_AND" ? condition.Objects("children").SelectMany(Conjuncts) : [condition];

    /// <summary>A condition with its columns named alone; null if it has others than the table's, or none, or if asking it twice may give
    /// two answers: what one draw rules out, another may let through.</summary>
    private static JsonObject? OverTable(JsonObject condition, string alias, TableSchema table)
    {
        var parts = condition.Everything().ToList();
        var columns = parts.Where(n => n.IsExpression("COLUMN_REF")).ToList();
        if (columns.Count == 0 || !columns.TrueForAll(IsOfTable) || parts.Exists(n => n.IsExpression("SUBQUERY") || n.IsExpression("LAMBDA") || FunctionRewriter.IsVolatile(n)))
        {
            return null;
        }

        return condition.Replace(n => n.IsExpression("COLUMN_REF") ? TreeBuilder.Column([.. n.Texts("column_names").Skip(1)]).WithAlias(n.Text("alias")) : null);

        bool IsOfTable(JsonObject column) => column.Texts("column_names") is [var relation, var name, ..]
            && string.Equals(relation, alias, StringComparison.OrdinalIgnoreCase) && table.Columns.Any(c => c.Name == name);
    }
}
