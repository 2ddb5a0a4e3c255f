using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Jobs;

namespace Pipeline.ApiDocs;

/// <summary>The schemas of the types that the API writes and reads, each once, under its name.</summary>
internal sealed class TypeSchemas(XmlDocs docs)
{
    // As answers are written; numbers are never texts in them.
    private static readonly JsonSerializerOptions s_written = new(Responses.Json)
    {
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private readonly Dictionary<Type, string> _names = [];
    private readonly Queue<Type> _open = new();

    /// <summary>The schema of a type, or where it is.</summary>
    public JsonObject Of(Type type) => IsOurs(type) ? Reference(type) : Export(type);

    /// <summary>The schemas of all types that were asked for, and of those that they hold.</summary>
    public IEnumerable<(string Name, JsonObject Schema)> All()
    {
        while (_open.TryDequeue(out var type))
            yield return (_names[type], Export(type));
    }

    private JsonObject Export(Type type) => s_written.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, node) => Transform(context, node),
    }) is JsonObject schema ? schema : [];

    private JsonObject Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var schema = node as JsonObject ?? [];
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            if (!context.Path.IsEmpty && IsOurs(type))
                schema = AllowsNull(schema) ? new JsonObject { ["anyOf"] = new JsonArray(Reference(type), new JsonObject { ["type"] = "null" }) } : Reference(type);
            else
                Complete(schema, type);
        }
        return schema;
    }

    private void Complete(JsonObject schema, Type type)
    {
        if (docs.Of(type) is { } about)
            schema["description"] = about;
        schema["type"] = "object";
        schema.Remove("required");
        if (schema["properties"] is not JsonObject properties)
            return;
        foreach (var field in s_written.GetTypeInfo(type).Properties)
        {
            if (properties[field.Name] is not JsonObject value)
                properties[field.Name] = value = [];
            if (field.AttributeProvider is MemberInfo member && docs.Of(member) is { } means)
                value["description"] = means;
        }
        // What is null is not written.
        if (properties.Where(p => !AllowsNull(p.Value)).Select(p => p.Key).ToList() is { Count: > 0 } always)
            schema["required"] = new JsonArray([.. always.Select(name => (JsonNode)name)]);
    }

    private static bool AllowsNull(JsonNode? schema) => schema is not JsonObject o
        || !(o.ContainsKey("type") || o.ContainsKey("$ref") || o.ContainsKey("enum") || o.ContainsKey("anyOf"))
        || (o["type"] is JsonArray types && types.Any(t => (string?)t == "null"))
        || (o["enum"] is JsonArray words && words.Any(w => w is null))
        || (o["anyOf"] is JsonArray forms && forms.Any(f => (string?)f!["type"] == "null"));

    private static bool IsOurs(Type type) => !type.IsEnum && !type.IsGenericType && type.Namespace?.StartsWith(nameof(Pipeline), StringComparison.Ordinal) == true
        && s_written.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object;

    private JsonObject Reference(Type type)
    {
        if (!_names.TryGetValue(type, out var name))
        {
            // Rooms may have types of the same name.
            name = _names.ContainsValue(type.Name) ? type.Namespace!.Split('.')[1] + type.Name : type.Name;
            _names.Add(type, name);
            _open.Enqueue(type);
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }
}
