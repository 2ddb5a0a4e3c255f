using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.Architecture;

namespace Pipeline.Tests.ApiDocs;

/// <summary>The JSON Schemas of specs, which come from the code that reads specs.</summary>
public sealed class SpecSchemaTests(AppSchemas app) : IClassFixture<AppSchemas>
{
    [Fact]
    public async Task Kinds_AreThoseThatTheAppTakes() =>
        Assert.Equal(["batch", "grid", "scoring", "simulation", "stream", "training"], (await app.AllAsync()).Keys.Order());

    [Fact]
    public async Task Code_ThatReadsSpecs_TakesADocumentOfWhichNothingIsThere()
    {
        await app.AllAsync();

        Assert.DoesNotContain(app.Log.All, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Fields_OfAllKinds_SayWhatTheyMean()
    {
        foreach (var (kind, schema) in await app.AllAsync())
        {
            var silent = Properties(schema.Schema, kind).Where(p => p.Field["description"] is null).Select(p => p.Place);
            Assert.True(!silent.Any(), $"Fields without 'about' in the code that reads them: {string.Join(", ", silent)}");
        }
    }

    [Fact]
    public async Task Batch_HasTypesBoundsDefaultsAndWordsOfItsFields()
    {
        var schema = (await app.AllAsync())["batch"].Schema;

        Assert.Equal(["kind", "name", "tables", "query"], Words(schema["required"]!));
        var options = schema["properties"]!["options"]!["properties"]!;
        AssertJson("""{ "description": "Tasks at the same time.", "type": "integer", "minimum": 1, "maximum": 1000, "default": 64 }""", options["parallelTasks"]);
        Assert.Equal("1GB", (string?)options["memoryPerTask"]!["default"]);
        Assert.EndsWith("1KB to 16GB.", (string?)options["taskSize"]!["description"], StringComparison.Ordinal);
        Assert.Equal(["fail", "append", "replace"], Words(schema["properties"]!["output"]!["properties"]!["mode"]!["enum"]!));
        Assert.False((bool)schema["additionalProperties"]!);
    }

    [Fact]
    public async Task Word_DecidesWhichFieldsThereAre()
    {
        var optimizer = (await app.AllAsync())["training"].Schema["properties"]!["optimizer"]!["anyOf"]!;

        AssertJson("""{ "type": "string", "enum": ["sgd", "adam", "adamw"] }""", optimizer[0]);
        Assert.Equal(["learningRate", "weightDecay", "momentum", "nesterov"], Then(optimizer[1]!, "sgd"));
        Assert.Equal(["learningRate", "weightDecay", "beta1", "beta2", "epsilon"], Then(optimizer[1]!, "adamw"));
    }

    [Fact]
    public async Task Word_ThatNeedsAnotherField_DoesNotStandAlone()
    {
        var schedule = (await app.AllAsync())["training"].Schema["properties"]!["schedule"]!["anyOf"]!;

        Assert.Equal(["constant", "cosine"], Words(schedule[0]!["enum"]!));
        AssertJson("""["every"]""", Branch(schedule[1]!, "step")["then"]!["required"]);
    }

    [Fact]
    public async Task Layers_HoldLayers_ByReference()
    {
        var layer = (await app.AllAsync())["training"].Schema["$defs"]!["layer"]!["anyOf"]![1]!;

        Assert.Equal("#/$defs/layer", (string?)Branch(layer, "residual")["then"]!["properties"]!["layers"]!["items"]!["$ref"]);
    }

    [Fact]
    public async Task Program_BringsItsOwnParameters()
    {
        var simulation = (await app.AllAsync())["simulation"].Schema;

        var parameters = Branch(simulation, "monte-carlo", "program")["then"]!["properties"]!["parameters"]!["properties"]!;
        Assert.Equal(["samples", "seed", "spot", "strike", "rate", "volatility", "years"], parameters.AsObject().Select(p => p.Key));
    }

    [Fact]
    public async Task Sink_IsOfOneKind_WithItsFields()
    {
        var sink = (await app.AllAsync())["stream"].Schema["properties"]!["sinks"]!["items"]!;

        Assert.Contains("webhook", sink["oneOf"]!.AsArray().Select(one => (string?)one!["required"]![0]));
        var hub = sink["allOf"]!.AsArray().Single(branch => (string?)branch!["if"]!["required"]![0] == "hub")!;
        Assert.Equal(["hub", "key", "idField", "connectionSetting"], hub["then"]!["properties"]!.AsObject().Select(p => p.Key));
    }

    // An editor that opens a sample completes and checks it with these files, whether the app runs or not.
    [Fact]
    public async Task SchemaFiles_OfSamples_AreWhatTheAppServes()
    {
        var schemas = await app.AllAsync();
        foreach (var (kind, schema) in schemas)
        {
            var path = Path.Combine(Repository.Root, "samples", "schemas", $"{kind}.json");
            if (Environment.GetEnvironmentVariable("UPDATE_SCHEMAS") == "1")
                await File.WriteAllBytesAsync(path, schema.Content);
            Assert.True(File.Exists(path) && (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n") == System.Text.Encoding.UTF8.GetString(schema.Content),
                $"samples/schemas/{kind}.json is not what GET /api/schemas/{kind} answers. Run this test once with UPDATE_SCHEMAS=1, and look at what has changed.");
        }
        Assert.Equal(schemas.Keys.Order(), Directory.GetFiles(Path.Combine(Repository.Root, "samples", "schemas")).Select(Path.GetFileNameWithoutExtension).Order());
    }

    public static TheoryData<string> Samples => [.. Repository.Files(".json").Where(path => path.StartsWith("samples/", StringComparison.Ordinal) && KindOf(path) is not null)];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Sample_NamesTheSchemaOfItsKind_AndHasItsFields(string path)
    {
        var kind = KindOf(path)!;
        var sample = Repository.Read(path);
        var named = (string?)JsonNode.Parse(sample)!["$schema"];

        Assert.Equal($"samples/schemas/{kind}.json", named is null ? null : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, named)).Replace('\\', '/'));
        Assert.DoesNotContain(await app.FaultsAsync(kind, sample), fault => fault.IsStructural);
    }

    [Fact]
    public void Samples_AreFound() => Assert.True(Samples.Count > 10);

    // A spec of a job has a kind; one of a stream has a hub.
    private static string? KindOf(string path)
    {
        using var document = JsonDocument.Parse(Repository.Read(path));
        return document.RootElement.ValueKind != JsonValueKind.Object ? null
            : document.RootElement.TryGetProperty("kind", out var kind) ? kind.GetString()
            : document.RootElement.TryGetProperty("hub", out _) ? "stream" : null;
    }

    private static IEnumerable<(string Place, JsonObject Field)> Properties(JsonNode? node, string place)
    {
        if (node is JsonArray array)
        {
            foreach (var entry in array.SelectMany(part => Properties(part, place)))
                yield return entry;
        }
        foreach (var (key, part) in node is JsonObject o ? o : [])
        {
            // The conditions of branches say which word a field has, not what it is.
            foreach (var (name, field) in key == "properties" ? part!.AsObject() : [])
                yield return ($"{place}/{name}", field!.AsObject());
            foreach (var entry in key == "if" ? [] : key == "properties" ? part!.AsObject().SelectMany(p => Properties(p.Value, $"{place}/{p.Key}")) : Properties(part, place))
                yield return entry;
        }
    }

    private static JsonNode Branch(JsonNode schema, string word, string field = "type") => schema["allOf"]!.AsArray().Single(branch =>
        branch!["if"]!["properties"]![field] is { } condition && ((string?)condition["const"] == word || condition["enum"] is { } words && Words(words).Contains(word)))!;

    private static IEnumerable<string> Then(JsonNode schema, string word) => Branch(schema, word)["then"]!["properties"]!.AsObject().Select(p => p.Key);

    private static IEnumerable<string?> Words(JsonNode array) => array.AsArray().Select(word => (string?)word);

    private static void AssertJson(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual?.ToJsonString() ?? "null")), $"Expected {expected}, got {actual?.ToJsonString()}");
}
