using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Schemas;

/// <summary>The JSON Schemas of values without parts of their own, as a spec's reader accepts them.</summary>
internal static class FieldSchemas
{
    /// <summary>Where a value's schema has what the field's description is to say too: bounds that a schema has no word for.</summary>
    public const string Note = "$comment";

    private const string Size = @"^\s*([0-9]+\.?[0-9]*|\.[0-9]+)\s*([kKmMgGtT]?[iI]?[bB]|[kKmMgGtT])?\s*$";

    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    private const string Time = @"^[0-9]{1,12}\s*(ms|s|m|h|d)$";

    public static JsonObject OfText(int maxLength) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = maxLength };

    public static JsonObject OfLines(int maxLength) => new()
    {
        ["type"] = new JsonArray("string", "array"),
        ["minLength"] = 1,
        ["maxLength"] = maxLength,
        ["items"] = new JsonObject { ["type"] = "string" },
        ["contains"] = new JsonObject { ["pattern"] = @"\S" },
    };

    public static JsonObject OfChoice(IEnumerable<string> words) => new() { ["type"] = "string", ["enum"] = Array(words) };

    public static JsonObject OfInteger(long min, long max) => new() { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max };

    public static JsonObject OfNumber(double min, double max) => new() { ["type"] = "number", ["minimum"] = min, ["maximum"] = max };

    // Bounds hold for a number of bytes; of a text they can only be told.
    public static JsonObject OfSize(long min, long max) => new()
    {
        ["type"] = new JsonArray("string", "integer"),
        ["pattern"] = Size,
        ["minimum"] = min,
        ["maximum"] = max,
        [Note] = $"A size in bytes, or with a unit such as 64MB: {SizeText(min)} to {SizeText(max)}.",
    };

    /// <summary>A size as people write it, in the largest unit that divides it.</summary>
    public static string SizeText(long bytes)
    {
        var unit = 0;
        for (; unit < 4 && bytes > 0 && bytes % 1024 == 0; unit++)
            bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{Units[unit]}");
    }

    public static JsonObject OfTime(TimeSpan min, TimeSpan max) => new()
    {
        ["type"] = "string",
        ["pattern"] = Time,
        [Note] = $"A whole number and ms, s, m, h or d: {Duration.Format(min)} to {Duration.Format(max)}.",
    };

    public static JsonObject OfFlag() => new() { ["type"] = "boolean" };

    public static JsonObject OfTexts(int maxCount) => new()
    {
        ["type"] = "array",
        ["items"] = new JsonObject { ["type"] = "string" },
        ["maxItems"] = maxCount,
        ["uniqueItems"] = true,
    };

    public static JsonObject OfTextMap(int maxCount, bool required)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
            ["maxProperties"] = maxCount,
        };
        if (required)
            schema["minProperties"] = 1;
        return schema;
    }

    public static JsonArray Array(IEnumerable<string> words) => [.. words.Select(w => (JsonNode?)w)];
}
