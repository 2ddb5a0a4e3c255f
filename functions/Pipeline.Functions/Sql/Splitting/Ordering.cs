using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>The parts of ORDER BY as text.</summary>
internal static class Ordering
{
    /// <summary>Direction and place of nulls, with a space in front; nothing for DuckDB's defaults.</summary>
    public static string Direction(JsonObject order) =>
        order.Type() switch { "DESCENDING" => " DESC", "ASCENDING" => " ASC", _ => "" }
        + order.Text("null_order") switch { "ORDER_DEFAULT" or "" => "", var nulls => $" {nulls}" };
}
