using System.Text.Json.Nodes;

namespace Pipeline.Sql;

/// <summary>
/// Reading the parser's tree. Three kinds of objects matter: query nodes (<c>type</c> ends in <c>_NODE</c>), table
/// references (<c>type</c> BASE_TABLE, JOIN, ...) and expressions (they have a <c>class</c>).
/// </summary>
internal static class Tree
{
    public static string Text(this JsonObject node, string property) => node[property] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static string Type(this JsonObject node) => node.Text("type");

    public static bool Flag(this JsonObject node, string property) => node[property] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject? Object(this JsonObject node, string property) => node[property] as JsonObject;

    /// <summary>The objects of a list; an absent list is empty.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject node, string property) => (node[property] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The strings of a list; an absent list is empty.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject node, string property) => [.. (node[property] as JsonArray ?? []).Select(n => n!.GetValue<string>())];

    public static bool IsExpression(this JsonObject node) => node.ContainsKey("class");

    public static bool IsExpression(this JsonObject node, string expressionClass) => node.Text("class") == expressionClass;

    /// <summary>The whole number that a constant is; null for any other expression.</summary>
    public static long? WholeNumber(this JsonObject? expression) => expression.Constant() is { } value && value.TryGetValue<long>(out var number) ? number : null;

    /// <summary>The text of a constant; null for any other expression.</summary>
    public static string? ConstantText(this JsonObject? expression) => expression.Constant() is { } value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool IsQuery(this JsonObject node) => node.Type().EndsWith("_NODE", StringComparison.Ordinal);

    /// <summary>The objects directly below an object: its own, and those in its lists, however nested.</summary>
    public static IEnumerable<JsonObject> Below(this JsonObject node) => node.SelectMany(p => ObjectsIn(p.Value));

    /// <summary>An object and all below it, in the order of the text.</summary>
    public static IEnumerable<JsonObject> Everything(this JsonObject node)
    {
        var stack = new Stack<JsonObject>([node]);
        while (stack.TryPop(out var next))
        {
            yield return next;
            foreach (var child in next.Below().Reverse())
            {
                stack.Push(child);
            }
        }
    }

    /// <summary>Where an object stands in the text, in bytes; null for what the parser made up.</summary>
    public static ulong? Location(this JsonObject node) =>
        node["query_location"] is JsonValue value && value.TryGetValue<ulong>(out var location) && location != ulong.MaxValue ? location : null;

    private static JsonValue? Constant(this JsonObject? expression) =>
        expression?.IsExpression("CONSTANT") == true ? expression.Object("value")?["value"] as JsonValue : null;

    /// <summary>The objects of a value: itself, or those in its lists, however nested.</summary>
    public static IEnumerable<JsonObject> ObjectsIn(JsonNode? value) => value switch
    {
        JsonObject one => [one],
        JsonArray many => many.SelectMany(ObjectsIn),
        _ => [],
    };
}
