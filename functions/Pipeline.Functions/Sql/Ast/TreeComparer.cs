using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Compares trees for what they mean.</summary>
internal static class TreeComparer
{
    /// <summary>True if both trees are the same but for where they stand in the text.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => (a, b) switch
    {
        (null, null) => true,
        (JsonObject x, JsonObject y) => x.Where(Matters).All(p => Same(p.Value, y[p.Key])) && y.Where(Matters).All(p => p.Value is null || x[p.Key] is not null),
        (JsonArray x, JsonArray y) => x.Count == y.Count && x.Zip(y).All(p => Same(p.First, p.Second)),
        _ => JsonNode.DeepEquals(a, b),
    };

    private static bool Matters(KeyValuePair<string, JsonNode?> property) => property.Key is not "query_location";
}
