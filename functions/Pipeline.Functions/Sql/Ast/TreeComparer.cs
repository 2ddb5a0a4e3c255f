using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Compares trees for what they mean.</summary>
internal static class TreeComparer
{
    /// <summary>True if both trees are the same but for where they stand in the text. What is left out equals what is empty.</summary>
    public static bool Same(JsonNode? a, JsonNode? b) => Difference(a, b) is null;

    /// <summary>True if two expressions are the same but for the names that they are given.</summary>
    public static bool SameExpression(JsonObject a, JsonObject b) => a.Text("class") == b.Text("class") && a.Type() == b.Type()
        && a.Select(p => p.Key).Union(b.Select(p => p.Key)).Where(p => p != "alias" && Matters(p)).All(p => Same(a[p], b[p]));

    /// <summary>Where two trees first differ, as a path of properties; null if they are the same.</summary>
    public static string? Difference(JsonNode? a, JsonNode? b)
    {
        if (IsEmpty(a) && IsEmpty(b))
        {
            return null;
        }

        switch (a, b)
        {
            case (JsonObject x, JsonObject y) when TypeName(x) is { } type && type == TypeName(y):
                return null;
            case (JsonObject x, JsonObject y):
                foreach (var name in x.Select(p => p.Key).Union(y.Select(p => p.Key)).Where(Matters))
                {
                    if (Difference(x[name], y[name]) is { } within)
                    {
                        return $"/{name}{within}";
                    }
                }

                return null;
            case (JsonArray x, JsonArray y) when x.Count == y.Count:
                for (var i = 0; i < x.Count; i++)
                {
                    if (Difference(x[i], y[i]) is { } within)
                    {
                        return $"/{i}{within}";
                    }
                }

                return null;
            default:
                return JsonNode.DeepEquals(a, b) ? null : $" ({Short(a)}, {Short(b)})";
        }
    }

    /// <summary>DuckDB's own functions may or may not carry their schema, and operators are functions that are written otherwise.</summary>
    private static bool Matters(string property) => property is not ("query_location" or "schema" or "catalog" or "is_operator");

    /// <summary>The name of a data type without parameters, which the parser writes in one way where it is given and in another where it is implied.</summary>
    private static string? TypeName(JsonObject node) => node.Text("id") switch
    {
        "" => null,
        "UNBOUND" => node.Object("type_info")?.Object("expr") is { } type && !type.Objects("children").Any() ? type.Text("type_name").ToUpperInvariant() : null,
        var id => node["type_info"] is null ? id : null,
    };

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray list => list.Count == 0,
        JsonObject item => item.Text("type") is "" or "ORDER_MODIFIER" && item.All(p => p.Key == "type" || IsEmpty(p.Value)),
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0,
        JsonValue value when value.TryGetValue<bool>(out var flag) => !flag,
        _ => false,
    };

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text.Length > 60 ? text[..60] + "…" : text : "nothing";
}
