using System.Text.Json.Nodes;

namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>Changes of a spec as people make them by mistake, and as they do not.</summary>
internal static class SpecChanges
{
    private static readonly string[] s_values =
    [
        "\"\"", "\"x\"", "\"csv\"", "\"64MB\"", "\"10s\"", "\"relu\"", "\"sgd\"", "\"step\"", "-1", "0", "1", "2", "3.5", "0.5", "1e3", "1e30", "true", "false", "[]", "[\"a\"]", "[\"a\", \"a\"]", "[5]", "[{}]", "{}", "{ \"a\": \"b\" }", "{ \"a\": 5 }",
    ];

    private static readonly string[] s_names = ["epochz", "x", "a/b", "units", "momentum", "path", "dataset", "type", "steps"];

    /// <summary>Changes one place of the document, and says how.</summary>
    public static string Change(JsonObject document, Random random)
    {
        var objects = Nodes(document).OfType<JsonObject>().Where(o => o != document || o.Count > 0).ToList();
        var place = objects[random.Next(objects.Count)];
        if (place.Count == 0 || random.Next(5) == 0)
        {
            var name = s_names[random.Next(s_names.Length)];
            var added = s_values[random.Next(s_values.Length)];
            place[name] = JsonNode.Parse(added);
            return $"{place.GetPath()}.{name} = {added}";
        }
        var field = place.ElementAt(random.Next(place.Count)).Key;
        // Another kind is another document.
        if (place == document && field == "kind")
            field = "name";
        if (random.Next(4) == 0)
        {
            place.Remove(field);
            return $"{place.GetPath()} without {field}";
        }
        var value = s_values[random.Next(s_values.Length)];
        place[field] = JsonNode.Parse(value);
        return $"{place.GetPath()}.{field} = {value}";
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode? node) => node switch
    {
        JsonObject o => [o, .. o.SelectMany(p => Nodes(p.Value))],
        JsonArray a => a.SelectMany(Nodes),
        _ => [],
    };
}
