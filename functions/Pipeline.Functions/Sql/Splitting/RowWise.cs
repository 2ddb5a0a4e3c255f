using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Whether a SELECT treats each row of its FROM by itself, so that it may run on any part of the rows.</summary>
internal static class RowWise
{
    /// <summary>True if the node only filters and projects.</summary>
    public static bool Is(JsonObject select) => WhyNot(select) is null;

    /// <summary>What looks at more than one row; null if nothing does.</summary>
    public static string? WhyNot(JsonObject select)
    {
        if (select.Type() != "SELECT_NODE")
        {
            return "a set operation";
        }

        if (select.Objects("modifiers").Any())
        {
            return "DISTINCT, ORDER BY or LIMIT";
        }

        if (Aggregates(select))
        {
            return "an aggregate";
        }

        return Windows(select) ? "a window function" : select["sample"] is not null ? "a sample" : null;
    }

    /// <summary>True if the node groups, or aggregates without grouping.</summary>
    public static bool Aggregates(JsonObject select) =>
        select["group_expressions"] is JsonArray { Count: > 0 }
        || select["group_sets"] is JsonArray { Count: > 0 }
        || select["having"] is not null
        || select.Text("aggregate_handling") == "FORCE_AGGREGATES"
        || OwnExpressions(select).Any(AggregateCall.Is);

    /// <summary>True if the node has a window function or QUALIFY.</summary>
    public static bool Windows(JsonObject select) => select["qualify"] is not null || OwnExpressions(select).Any(e => e.IsExpression("WINDOW"));

    /// <summary>All expressions of the node, however deep, but not those of subqueries.</summary>
    public static IEnumerable<JsonObject> OwnExpressions(JsonObject select) =>
        select.Where(p => p.Key != "from_table" && p.Key != "cte_map").SelectMany(p => Tree.ObjectsIn(p.Value)).SelectMany(WithoutSubqueries);

    /// <summary>An expression and all below it, but not into subqueries.</summary>
    public static IEnumerable<JsonObject> WithoutSubqueries(JsonObject node)
    {
        yield return node;
        foreach (var child in node.Below().Where(c => !(node.IsExpression("SUBQUERY") && c.ContainsKey("node"))))
        {
            foreach (var below in WithoutSubqueries(child))
            {
                yield return below;
            }
        }
    }
}
