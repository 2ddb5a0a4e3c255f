using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>A call of an aggregate function in a query.</summary>
internal sealed record AggregateCall(JsonObject Node)
{
    public string Name { get; } = Node.Text("function_name").ToLowerInvariant();

    public IReadOnlyList<JsonObject> Arguments { get; } = [.. Node.Objects("children")];

    public JsonObject? Filter => Node.Object("filter");

    public bool IsDistinct => Node.Flag("distinct");

    public IReadOnlyList<JsonObject> Orders { get; } = [.. Node.Object("order_bys")?.Objects("orders") ?? []];

    /// <summary>True for a call of an aggregate, and not of a window function.</summary>
    public static bool Is(JsonObject node) => node.IsExpression("FUNCTION") && FunctionCatalogue.Instance.Aggregates.Contains(node.Text("function_name"));
}
