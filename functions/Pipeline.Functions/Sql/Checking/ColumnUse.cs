using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Finds the columns of a table without which a query would still mean the same.</summary>
internal static class ColumnUse
{
    /// <summary>The columns that must be read, in the table's order.</summary>
    /// <remarks>
    /// A column is read if its name occurs anywhere in the query, or if the query's result changes or no longer binds without it
    /// (so <c>SELECT *</c> is settled by DuckDB). Where a column could matter without either sign, all are read.
    /// </remarks>
    public static async Task<IReadOnlyList<string>> NeededAsync(
        QueryBinder binder, JsonObject query, string sql, IReadOnlyList<ColumnSchema> result, TableSchema table, CancellationToken cancellationToken)
    {
        var all = table.Columns.Select(c => c.Name).ToList();
        var everything = query.Everything().ToList();
        var relations = everything.Where(n => !n.IsExpression())
            .SelectMany(n => new[] { n.Text("alias"), n.Text("table_name") })
            .Where(n => n.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (everything.Exists(n => MayUseUnnamedColumns(n, relations)) || (everything.Exists(IsStar) && everything.Exists(ComparesWholeRows)))
        {
            return all;
        }

        var named = everything.SelectMany(Names).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var candidates = all.Where(c => !named.Contains(c)).ToList();
        if (candidates.Count == 0 || await SameWithoutAsync(candidates))
        {
            return Except(candidates);
        }

        // Halve until the columns that matter are alone: few queries need more than the first try.
        var droppable = new List<string>();
        await DropAsync(candidates);
        return Except(droppable);

        async Task DropAsync(List<string> some)
        {
            if (some.Count == 0)
            {
                return;
            }

            if (await SameWithoutAsync([.. droppable, .. some]))
            {
                droppable.AddRange(some);
            }
            else if (some.Count > 1)
            {
                await DropAsync(some[..(some.Count / 2)]);
                await DropAsync(some[(some.Count / 2)..]);
            }
        }

        async Task<bool> SameWithoutAsync(List<string> columns) =>
            await binder.DescribeWithoutAsync(sql, table, columns, cancellationToken) is { } without && without.SequenceEqual(result);

        IReadOnlyList<string> Except(List<string> dropped) => [.. all.Except(dropped, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Names(JsonObject node) =>
        node.Texts("column_names").Concat(node.Texts("using_columns")).Concat(Strings(node["exclude_list"])).Concat(Strings(node["qualified_exclude_list"])).Concat(Strings(node["rename_list"]));

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        JsonArray list => list.SelectMany(Strings),
        JsonObject one => one.SelectMany(p => Strings(p.Value)),
        _ => [],
    };

    private static bool MayUseUnnamedColumns(JsonObject node, HashSet<string> relations) =>
        node.Text("ref_type") is "NATURAL" or "POSITIONAL"
        || node.Type() == "PIVOT"
        || node.IsExpression("POSITIONAL_REFERENCE")
        || (node.Type() == "BASE_TABLE" && node.Texts("column_name_alias").Count > 0)
        || (node.IsExpression("STAR") && (node.Flag("columns") && !IsOrderAll(node) || IsWithinExpression(node)))
        || (node.IsExpression("COLUMN_REF") && node.Texts("column_names") is [var only] && relations.Contains(only));

    private static bool IsStar(JsonObject node) => node.IsExpression("STAR") && !IsOrderAll(node);

    /// <summary>ORDER BY ALL is written as a star.</summary>
    private static bool IsOrderAll(JsonObject node) => node.IsExpression("STAR") && node.Parent is JsonObject parent && parent.ContainsKey("null_order");

    private static bool IsWithinExpression(JsonObject node) => (node.Parent is JsonArray list ? list.Parent : node.Parent) is JsonObject parent && parent.IsExpression();

    /// <summary>Where columns count by their number, or rows as a whole.</summary>
    private static bool ComparesWholeRows(JsonObject node) =>
        node.Type() == "DISTINCT_MODIFIER"
        || (node.Type() == "SET_OPERATION_NODE" && !(node.Text("setop_type") == "UNION" && node.Flag("setop_all") && !node.Objects("modifiers").Any()))
        || (node.Type() == "SELECT_NODE" && node.Objects("select_list").Any(IsStar) && (node.Objects("modifiers").Any() || node.Objects("group_expressions").Any()))
        || node.Type() == "RECURSIVE_CTE_NODE"
        || IsOrderAll(node)
        || node.Text("aggregate_handling") == "FORCE_AGGREGATES"
        || node.Texts("column_name_alias").Count > 0
        || node.Texts("aliases").Count > 0;
}
