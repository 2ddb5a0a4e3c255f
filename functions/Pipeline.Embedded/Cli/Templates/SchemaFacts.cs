using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Embedded.Cli.Templates;

/// <summary>What a schema says of a value besides its description, in words.</summary>
internal static class SchemaFacts
{
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Bounds beyond these mean that there is none.
    private const double Unbounded = 1e15;

    /// <summary>Values, bounds and default, as sentences; empty where there is nothing to say.</summary>
    public static string Of(JsonObject schema)
    {
        var facts = new List<string>();
        var words = Words(schema).ToList();
        if (words.Count > 1)
            facts.Add($"One of {string.Join(", ", words)}.");
        // Sizes say their bounds in their description, with units.
        if (Types(schema).All(type => type is "integer" or "number") && schema["minimum"] is { } least && schema["maximum"] is { } most)
            facts.Add(Number(most) is { } upper ? $"{Number(least) ?? Json(least)} to {upper}." : Number(least) is { } lower ? $"{lower} or more." : "");
        if (schema["default"] is { } usual)
            facts.Add($"Default {Json(usual).Trim('"')}.");
        return string.Join(' ', facts.Where(fact => fact.Length > 0));
    }

    /// <summary>The types that a value may have.</summary>
    public static IEnumerable<string> Types(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => (string)type!),
        { } type => [(string)type!],
        null => [],
    };

    /// <summary>A text such as a value may be.</summary>
    public static string ExampleText(JsonObject schema) => (string?)schema["pattern"] switch
    {
        { } pattern when Regex.IsMatch("64MB", pattern) => "64MB",
        { } pattern when Regex.IsMatch("30s", pattern) => "30s",
        _ => "…",
    };

    /// <summary>JSON on one line, with a space behind each comma.</summary>
    public static string Json(JsonNode node) => node switch
    {
        JsonArray array => $"[{string.Join(", ", array.Select(element => Json(element!)))}]",
        JsonObject { Count: 0 } => "{}",
        JsonObject members => $"{{ {string.Join(", ", members.Select(member => $"{Json(member.Key)}: {Json(member.Value!)}"))} }}",
        _ => node.ToJsonString(s_readable),
    };

    private static IEnumerable<string> Words(JsonObject schema) =>
        (schema["enum"] as JsonArray ?? []).Select(word => Json(word!).Trim('"')).Concat((schema["anyOf"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(Words)).Distinct();

    private static string? Number(JsonNode number) => number.GetValue<double>() is var value && Math.Abs(value) < Unbounded && value != int.MaxValue ? value.ToString("#,0.######", CultureInfo.InvariantCulture) : null;
}
