using System.Text.Json.Nodes;

namespace Pipeline.Embedded.Cli.Templates;

/// <summary>Writes a sample as JSON with comments: above each field what the schema says of it, and every field that the sample lacks
/// commented out, with its default where it has one. What a comment mark is taken from is JSON again.</summary>
/// <param name="schema">The schema of the whole.</param>
internal sealed class TemplateWriter(JsonObject schema)
{
    private const int LineLength = 120;
    private readonly List<JsonObject> _open = [];

    /// <summary>The lines, from one brace to the other.</summary>
    public IReadOnlyList<string> Write(JsonObject sample) => ["{", .. Indent(Fields(schema, sample)), "}"];

    private IEnumerable<string> Fields(JsonObject of, JsonObject? sample)
    {
        foreach (var field in SchemaFields.Of(Resolve(of), Resolve, sample))
        {
            foreach (var line in Comment(field))
                yield return line;
            if (sample?[field.Name] is not { } value)
            {
                // As a comment, it does not say what applies to whom: any alternative is as good as the others.
                foreach (var line in Whole(field))
                    yield return $"// {line}";
                continue;
            }
            if (value is JsonObject part && Resolve(field.Schema)["properties"] is not null)
            {
                yield return $"{Name(field)}: {{";
                foreach (var line in Indent(Fields(field.Schema, part)))
                    yield return line;
                yield return "},";
                continue;
            }
            foreach (var line in Value($"{Name(field)}: ", value))
                yield return line;
            // The sample has it in a shorter form than there is, or in one of several.
            if (Parts(field).Count > 0)
            {
                yield return "// All that it may hold:";
                foreach (var line in Whole(field))
                    yield return $"// {line}";
            }
        }
    }

    // A field with everything that may stand in it.
    private IEnumerable<string> Whole(SchemaField field)
    {
        var parts = Parts(field);
        if (parts.Count == 0)
            return Value($"{Name(field)}: ", Example(field.Name, field.Schema));
        var (_, open, close) = Inner(field.Schema)!.Value;
        return [$"{Name(field)}: {open}", .. Indent(parts), $"{close},"];
    }

    private List<string> Parts(SchemaField field)
    {
        var inner = Inner(field.Schema);
        // A layer may hold layers: once is enough to tell.
        if (inner is not var (schema, _, _) || _open.Contains(schema))
            return [];
        _open.Add(schema);
        var lines = Fields(schema, null).Select(Uncommented).ToList();
        _open.Remove(schema);
        return lines;
    }

    // Within what is a comment already, a field needs no mark of its own; a description keeps its mark.
    private static string Uncommented(string line) => line.StartsWith("// \"", StringComparison.Ordinal) || line.StartsWith("//   ", StringComparison.Ordinal) || line.StartsWith("// }", StringComparison.Ordinal) || line.StartsWith("// ]", StringComparison.Ordinal) ? line[3..] : line;

    // The schema with the fields of a value: its own, an alternative's, or those of its elements or members; and what stands around them.
    private (JsonObject Schema, string Open, string Close)? Inner(JsonObject of)
    {
        var here = Resolve(of);
        if (SchemaFields.Of(here, Resolve, null).Count > 0)
            return (here, "{", "}");
        if (here["items"] is JsonObject items && Inner(items) is var (element, openElement, closeElement))
            return (element, $"[{openElement}", $"{closeElement}]");
        if (here["additionalProperties"] is JsonObject values && Inner(values) is var (member, openMember, closeMember))
            return (member, $"{{ \"NAME\": {openMember}", $"{closeMember} }}");
        return (here["anyOf"] as JsonArray ?? []).Select(way => Inner(way!.AsObject())).FirstOrDefault(inner => inner is not null);
    }

    private IEnumerable<string> Comment(SchemaField field)
    {
        var here = Resolve(field.Schema);
        var said = (string?)(field.Schema["description"] ?? here["description"]) ?? "";
        if (field.For is not null)
            said = $"{said} ({field.For})";
        if (SchemaFacts.Of(here) is { Length: > 0 } facts)
            said = $"{said} {facts}";
        return Wrap(said.Trim());
    }

    private static IEnumerable<string> Wrap(string text)
    {
        var line = "//";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + 1 + word.Length > LineLength)
            {
                yield return line;
                line = "//";
            }
            line += $" {word}";
        }
        if (line.Length > 2)
            yield return line;
    }

    private JsonNode Example(string name, JsonObject of)
    {
        var here = Resolve(of);
        return name == "$schema" ? "schemas/KIND.json" // where the file is in the folder samples
            : here["default"] is { } usual ? usual.DeepClone()
            : here["const"] is { } only ? only.DeepClone()
            : here["enum"] is JsonArray { Count: > 0 } words ? words[0]!.DeepClone()
            : here["anyOf"] is JsonArray { Count: > 0 } ways ? Example(name, ways[0]!.AsObject())
            : SchemaFacts.Types(here).FirstOrDefault() switch
            {
                "integer" or "number" => (here["minimum"] is { } least && Math.Abs(least.GetValue<double>()) < 1e9 ? least.DeepClone() : JsonValue.Create(1)),
                "boolean" => false,
                "array" => new JsonArray(here["items"] is JsonObject items ? Example(name, items) : "…"),
                "object" => here["additionalProperties"] is JsonObject values ? new JsonObject { ["NAME"] = Example(name, values) } : new JsonObject(),
                _ => SchemaFacts.ExampleText(here),
            };
    }

    private static IEnumerable<string> Value(string start, JsonNode value)
    {
        var line = $"{start}{Text(value)},";
        if (line.Length <= LineLength && !line.Contains('\n') || value is not (JsonArray { Count: > 0 } or JsonObject { Count: > 0 }))
            return [line];
        return value is JsonArray array
            ? [$"{start}[", .. array.SelectMany(element => Indent(Value("", element!))), "],"]
            : [$"{start}{{", .. value.AsObject().SelectMany(member => Indent(Value($"{Text(member.Key)}: ", member.Value!))), "},"];
    }

    private static string Text(JsonNode node) => SchemaFacts.Json(node);

    private static string Name(SchemaField field) => Text(field.Name);

    private static IEnumerable<string> Indent(IEnumerable<string> lines) => lines.Select(line => $"  {line}");

    private JsonObject Resolve(JsonObject of)
    {
        while (of["$ref"] is { } reference)
        {
            JsonNode at = schema;
            foreach (var part in ((string)reference!).Split('/').Skip(1))
                at = at[part]!;
            of = at.AsObject();
        }
        return of;
    }
}
