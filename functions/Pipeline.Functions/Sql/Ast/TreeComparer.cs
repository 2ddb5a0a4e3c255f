using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Compares trees for what they mean.</summary>
internal static class TreeComparer
{
    /// <summary>True if both trees are the same but for where they stand in the text. What is left out equals what is empty.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => (a, b) switch
    {
        _ when IsEmpty(a) && IsEmpty(b) => true,
        (JsonObject x, JsonObject y) => x.Select(p => p.Key).Union(y.Select(p => p.Key)).Where(Matters).All(key => Same(x[key], y[key])),
        (JsonArray x, JsonArray y) => x.Count == y.Count && x.Zip(y).All(p => Same(p.First, p.Second)),
        _ => JsonNode.DeepEquals(a, b),
    };

    /// <summary>DuckDB's own functions may or may not carry their schema, and operators are functions that are written otherwise.</summary>
    private static bool Matters(string property) => property is not ("query_location" or "schema" or "is_operator");

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject item => item.All(p => p.Key == "type" && p.Value is JsonValue || IsEmpty(p.Value)) && (!item.ContainsKey("type") || item.ContainsKey("orders")),
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue value when value.TryGetValue<bool>(out var flag) => !flag,
        _ => false,
    };
}
