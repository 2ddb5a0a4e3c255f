using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>Makes and changes trees.</summary>
internal static class TreeBuilder
{
    /// <summary>A column reference: parts from the outside in.</summary>
    public static JsonObject Column(params string[] parts) => new()
    {
        ["class"] = "COLUMN_REF",
        ["type"] = "COLUMN_REF",
        ["alias"] = "",
        ["column_names"] = new JsonArray([.. parts.Select(p => (JsonNode)p)]),
    };

    /// <summary>A whole number; in GROUP BY and ORDER BY, a position.</summary>
    public static JsonObject Integer(long value) => new()
    {
        ["class"] = "CONSTANT",
        ["type"] = "VALUE_CONSTANT",
        ["alias"] = "",
        ["value"] = new JsonObject { ["type"] = new JsonObject { ["id"] = value is >= int.MinValue and <= int.MaxValue ? "INTEGER" : "BIGINT", ["type_info"] = null }, ["is_null"] = false, ["value"] = value },
    };

    /// <summary>All of several conditions; there must be one.</summary>
    public static JsonObject All(IReadOnlyList<JsonObject> conditions) => conditions is [var only] ? only.Copy() : new()
    {
        ["class"] = "CONJUNCTION",
        ["type"] = "CONJUNCTION_AND",
        ["alias"] = "",
        ["children"] = new JsonArray([.. conditions.Select(c => c.DeepClone())]),
    };

    public static JsonObject Copy(this JsonObject node) => node.DeepClone().AsObject();

    /// <summary>The same expression under another name.</summary>
    public static JsonObject WithAlias(this JsonObject expression, string alias)
    {
        expression["alias"] = alias;
        return expression;
    }

    /// <summary>Makes an object in a tree into another one, in place.</summary>
    public static void Become(this JsonObject node, JsonObject other)
    {
        node.Clear();
        foreach (var (name, value) in other.ToList())
        {
            other.Remove(name);
            node[name] = value;
        }
    }

    /// <summary>An expression with some parts replaced, from the outside in. What is replaced is not looked into.</summary>
    public static JsonObject Replace(this JsonObject expression, Func<JsonObject, JsonObject?> replacement)
    {
        if (replacement(expression) is { } replaced)
        {
            return replaced;
        }

        var copy = new JsonObject();
        foreach (var (name, value) in expression)
        {
            copy[name] = ReplaceIn(value, replacement);
        }

        return copy;
    }

    private static JsonNode? ReplaceIn(JsonNode? value, Func<JsonObject, JsonObject?> replacement) => value switch
    {
        JsonObject item => item.Replace(replacement),
        JsonArray list => new JsonArray([.. list.Select(item => ReplaceIn(item, replacement))]),
        _ => value?.DeepClone(),
    };
}
