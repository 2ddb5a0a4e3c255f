using System.Text.Json.Nodes;

namespace Pipeline.Embedded.Cli.Templates;

/// <summary>The fields that a JSON Schema gives an object: its own, those of its alternatives, and those that depend on another field.</summary>
internal static class SchemaFields
{
    /// <summary>All of them, each once, in the schema's order.</summary>
    /// <param name="schema">The schema of the object.</param>
    /// <param name="resolve">Follows references.</param>
    /// <param name="sample">An object of this schema: what depends on a field that it has is there for its value only. Null for all values.</param>
    public static IReadOnlyList<SchemaField> Of(JsonObject schema, Func<JsonObject, JsonObject> resolve, JsonObject? sample)
    {
        var fields = new List<SchemaField>();
        Add(schema, null);
        return fields;

        void Add(JsonObject of, string? when)
        {
            if (of["properties"] is JsonObject properties)
            {
                foreach (var (name, field) in properties)
                    AddField(name, field!.AsObject(), when);
            }
            foreach (var way in All(of, "anyOf").Concat(All(of, "oneOf")))
                Add(resolve(way), when);
            foreach (var rule in All(of, "allOf"))
            {
                if (rule["if"] is not JsonObject condition)
                    Add(resolve(rule), when);
                else if (rule["then"] is JsonObject then && Holds(condition))
                    Add(then, sample is null ? Said(condition) : when);
            }
        }

        bool Holds(JsonObject condition) => sample is null
            || (condition["properties"] as JsonObject ?? []).All(test => sample[test.Key] is { } has && Values(test.Value!).Any(value => JsonNode.DeepEquals(has, value)))
            && (condition["required"] as JsonArray ?? []).All(name => sample.ContainsKey((string)name!));

        void AddField(string name, JsonObject field, string? when)
        {
            var at = fields.FindIndex(known => known.Name == name && JsonNode.DeepEquals(known.Schema, field));
            if (at < 0)
                fields.Add(new SchemaField(name, field, when));
            else if (when is not null && fields[at].For is { } others && !others.Contains(when, StringComparison.Ordinal))
                fields[at] = fields[at] with { For = $"{others}, {when}" };
        }
    }

    // What the condition asks for, in words.
    private static string Said(JsonObject condition) => condition["properties"] is JsonObject { Count: > 0 } tests
        ? string.Join(", ", tests.Select(test => $"{test.Key} {string.Join(" or ", Values(test.Value!).Select(value => SchemaFacts.Json(value).Trim('"')))}"))
        : $"with {string.Join(", ", (condition["required"] as JsonArray ?? []).Select(name => (string)name!))}";

    private static IEnumerable<JsonNode> Values(JsonNode test) => test["const"] is { } one ? [one] : (test["enum"] as JsonArray ?? []).Select(value => value!);

    private static IEnumerable<JsonObject> All(JsonObject of, string word) => of[word] is JsonArray list ? list.OfType<JsonObject>() : [];
}
