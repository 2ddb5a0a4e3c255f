using System.Text.Json.Nodes;

namespace Pipeline.Schemas;

/// <summary>Puts what all runs asked for together into one JSON Schema (2020-12).</summary>
internal sealed class SchemaWriter
{
    private readonly JsonObject _definitions = [];

    /// <summary>The schema of a whole document.</summary>
    public JsonObject Document(IReadOnlyList<ObjectOutline> outlines)
    {
        var schema = Object(outlines);
        if (_definitions.Count > 0)
            schema["$defs"] = _definitions;
        return schema;
    }

    private JsonObject Object(IReadOnlyList<ObjectOutline> outlines)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (outlines.Select(o => o.About).FirstOrDefault(about => about is not null) is { } about)
            schema["description"] = about;
        var decided = Decided(outlines);
        var apart = decided.SelectMany(d => d.Fields).ToHashSet(StringComparer.Ordinal);
        Fields(schema, outlines, [.. Names(outlines).Where(name => name != ObjectOutline.AnyName && !apart.Contains(name))]);
        if (outlines.Select(o => o.Alternatives).FirstOrDefault(a => a.Count > 0) is { } alternatives)
            schema["oneOf"] = new JsonArray([.. alternatives.Select(a => new JsonObject { ["required"] = new JsonArray(a) })]);
        var branches = decided.SelectMany(d => Branches(d.Fork, d.Fields, outlines)).ToArray<JsonNode?>();
        if (branches.Length > 0)
            schema["allOf"] = new JsonArray(branches);
        var any = outlines.SelectMany(o => o.Fields).Where(f => f.Name == ObjectOutline.AnyName).Select(f => f.Field).ToList();
        schema[branches.Length > 0 ? "unevaluatedProperties" : "additionalProperties"] = any.Count > 0 ? Field(any) : false;
        return schema;
    }

    private void Fields(JsonObject schema, IReadOnlyList<ObjectOutline> outlines, IReadOnlyList<string> names)
    {
        var properties = new JsonObject();
        foreach (var name in names)
            properties[name] = Field([.. outlines.SelectMany(o => Of(o, name))]);
        if (properties.Count > 0)
            schema["properties"] = properties;
        var required = names.Where(name => outlines.All(o => Of(o, name).Any(f => f.Required))
            || (outlines.Any(o => Of(o, name).Any(f => f.EmptyWhereAbsent)) && properties[name]!["required"] is not null)).ToList();
        if (required.Count > 0)
            schema["required"] = FieldSchemas.Array(required);
    }

    private JsonObject Field(List<FieldOutline> fields)
    {
        var forms = new List<JsonObject>();
        foreach (var value in fields.Select(f => f.Value).OfType<JsonObject>())
            Add(forms, (JsonObject)value.DeepClone());
        foreach (var section in fields.Where(f => f.Object is not null).GroupBy(f => f.MostItems))
        {
            var entry = Form(section.First(), [.. section.Select(f => f.Object!)]);
            if (section.Key is not { } most)
                entry.ForEach(form => Add(forms, form));
            else
                Add(forms, new JsonObject { ["type"] = "array", ["items"] = Any(entry), ["maxItems"] = most });
        }
        var whole = Any(forms);
        var schema = new JsonObject();
        var about = (string?[])[fields.Select(f => f.About).FirstOrDefault(a => a is not null), (string?)whole[FieldSchemas.Note]];
        if (Array.Exists(about, a => a is not null))
            schema["description"] = string.Join(' ', about.Where(a => a is not null));
        foreach (var (key, node) in whole.Where(part => part.Key != FieldSchemas.Note && !schema.ContainsKey(part.Key)))
            schema[key] = node?.DeepClone();
        if (fields[0].Default is { } otherwise && fields.All(f => f.Default is null || JsonNode.DeepEquals(f.Default, otherwise)))
            schema["default"] = otherwise.DeepClone();
        return schema;
    }

    // An object, and the text or number that may stand in its place.
    private List<JsonObject> Form(FieldOutline field, IReadOnlyList<ObjectOutline> outlines)
    {
        var known = outlines.Where(o => o.Fields.Count > 0).ToList();
        if (field.Definition is { } definition && known.Count == 0)
            return [Reference(definition)];
        var schema = Object(known.Count == 0 ? outlines : known);
        var forms = new List<JsonObject>();
        if (field.Shorthand is { } shorthand && Shorthand(schema, shorthand) is { } instead)
            forms.Add(instead);
        if (field.Definition is { } name)
        {
            _definitions[name] = Any([.. forms, schema]);
            return [Reference(name)];
        }
        return [.. forms, schema];
    }

    // A word alone will do where it needs no other field.
    private static JsonObject? Shorthand(JsonObject schema, string field)
    {
        if (schema["properties"]?[field] is not JsonObject own || schema["required"] is JsonArray required && required.Any(r => (string?)r != field))
            return null;
        var instead = (JsonObject)own.DeepClone();
        instead.Remove("description");
        if (instead["enum"] is not JsonArray words || schema["allOf"] is not JsonArray branches)
            return instead;
        var needing = branches.Where(b => b!["then"]!["required"] is not null).Select(b => b!["if"]!["properties"]?[field]).OfType<JsonObject>()
            .SelectMany(when => when["enum"] is JsonArray several ? several.Select(w => (string?)w) : [(string?)when["const"]]).ToHashSet();
        instead["enum"] = FieldSchemas.Array(words.Select(w => (string)w!).Where(w => !needing.Contains(w)));
        return instead;
    }

    // What a word of the document, or its having a field, decides: the fields that differ between runs that differ in nothing else.
    private static List<(SchemaFork Fork, List<string> Fields)> Decided(IReadOnlyList<ObjectOutline> outlines)
    {
        var decided = new List<(SchemaFork, List<string>)>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var fork in outlines.SelectMany(o => o.Forks).DistinctBy(f => f.Key))
        {
            var others = outlines.Where(o => o.Run.Chosen.GetValueOrDefault(fork.Key) > 0).DistinctBy(o => o.Run.Chosen[fork.Key]).ToList();
            if (others.Count == 0 || outlines.FirstOrDefault(o => IsBefore(o.Run.Chosen, others[0].Run.Chosen, fork.Key)) is not { } first)
                continue;
            var compared = (List<ObjectOutline>)[first, .. others];
            var fields = Names(compared).Where(name => !taken.Contains(name) && Differs(compared, name)).ToList();
            taken.UnionWith(fields);
            if (fields.Count > 0)
                decided.Add((fork, fields));
        }
        return decided;
    }

    private IEnumerable<JsonObject> Branches(SchemaFork fork, IReadOnlyList<string> fields, IReadOnlyList<ObjectOutline> outlines)
    {
        var ways = new List<(List<string?> Words, JsonObject Then)>();
        foreach (var (way, word) in fork.Words.Index())
        {
            var those = outlines.Where(o => o.Run.Taken(fork.Key) == way).ToList();
            var names = fields.Where(name => those.Exists(o => Of(o, name).Any())).ToList();
            if (names.Count == 0)
                continue;
            var then = new JsonObject();
            Fields(then, those, names);
            if (fork.Field is not null && ways.Find(w => JsonNode.DeepEquals(w.Then, then)) is { Words: { } words } && !words.Contains(null) && word is not null)
                words.Add(word);
            else
                ways.Add(([word], then));
        }
        return ways.Select(way => new JsonObject { ["if"] = Condition(fork, way.Words), ["then"] = way.Then });
    }

    private static JsonObject Condition(SchemaFork fork, List<string?> words)
    {
        if (fork.Field is not { } field)
            return new JsonObject { ["required"] = new JsonArray(words[0]) };
        if (words[0] is not { } first)
            return new JsonObject { ["not"] = new JsonObject { ["required"] = new JsonArray(field) } };
        var value = words.Count == 1 ? new JsonObject { ["const"] = first } : new JsonObject { ["enum"] = FieldSchemas.Array(words.OfType<string>()) };
        var condition = new JsonObject { ["properties"] = new JsonObject { [field] = value } };
        if (!words.Contains(fork.Default))
            condition["required"] = new JsonArray(field);
        return condition;
    }

    private static bool IsBefore(IReadOnlyDictionary<string, int> first, IReadOnlyDictionary<string, int> second, string fork) =>
        first.Count == second.Count - 1 && first.All(c => c.Key != fork && second.GetValueOrDefault(c.Key) == c.Value);

    private static bool Differs(List<ObjectOutline> outlines, string name)
    {
        var first = Alone(outlines[0], name);
        return outlines.Skip(1).Any(o => !JsonNode.DeepEquals(first, Alone(o, name)));
    }

    private static JsonObject? Alone(ObjectOutline outline, string name)
    {
        if (!Of(outline, name).Any())
            return null;
        var schema = new JsonObject();
        new SchemaWriter().Fields(schema, [outline], [name]);
        return schema;
    }

    private static IEnumerable<FieldOutline> Of(ObjectOutline outline, string name) => outline.Fields.Where(f => f.Name == name).Select(f => f.Field);

    private static IEnumerable<string> Names(IEnumerable<ObjectOutline> outlines) => outlines.SelectMany(o => o.Fields).Select(f => f.Name).Distinct(StringComparer.Ordinal);

    private static JsonObject Any(List<JsonObject> forms) =>
        forms.Count == 1 ? forms[0] : new JsonObject { ["anyOf"] = new JsonArray([.. forms]) };

    private static void Add(List<JsonObject> forms, JsonObject form)
    {
        if (!forms.Exists(f => JsonNode.DeepEquals(f, form)))
            forms.Add(form);
    }

    private static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/$defs/{definition}" };
}
