using System.Reflection;
using System.Text.Json.Nodes;
using Pipeline.Access;
using Pipeline.ApiDocs;
using Pipeline.Jobs;

namespace Pipeline.Tests.ApiDocs;

/// <summary>The OpenAPI document, held against the functions that it is made of.</summary>
public sealed class OpenApiTests(AppSchemas app) : IClassFixture<AppSchemas>
{
    [Fact]
    public async Task Paths_AreTheRoutesOfAllHttpFunctions_AndNoOthers()
    {
        var document = await ReadAsync();

        var expected = ApiFunction.Of(typeof(PipelineApp).Assembly)
            .SelectMany(f => f.Trigger.Methods!.Select(verb => $"{verb} /{RouteParameter.Template(f.Trigger.Route!)}")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, Operations(document).Select(o => $"{o.Verb} {o.Path}").Order(StringComparer.Ordinal));
        Assert.Equal(
            Infra.AppFunction.All.Where(f => f.Kind == "HTTP").Select(f => f.Name).Order(StringComparer.Ordinal),
            ApiFunction.Of(typeof(PipelineApp).Assembly).Select(f => f.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Operations_All_SayWhatTheyDoTakeAndAnswer()
    {
        foreach (var (verb, path, operation) in Operations(await ReadAsync()))
        {
            var place = $"{verb} {path}";
            Assert.True((string?)operation["summary"] is { Length: > 10 } summary && summary != (string?)operation["operationId"], $"{place} has no summary: give its method a comment.");
            Assert.All(operation["parameters"]!.AsArray(), p => Assert.False(string.IsNullOrEmpty((string?)p!["description"]), $"{place}: {p}"));
            Assert.Equal(Parameters(path), operation["parameters"]!.AsArray().Where(p => (string?)p!["in"] == "path").Select(p => (string)p!["name"]!));
            var answers = operation["responses"]!.AsObject();
            Assert.True(answers.Any(a => a.Key[0] is '2'), $"{place} says nothing of success: give its method [Answers].");
            Assert.All(answers, a => Assert.False(string.IsNullOrEmpty((string?)a.Value!["description"]), $"{place} {a.Key}"));
            Assert.True(verb is not ("post" or "put") || operation["requestBody"] is not null || IsWithoutBody(path), $"{place} says nothing of its body: give its method [Takes].");
        }
    }

    [Fact]
    public async Task Operations_All_NameTheRoleThatTheirFunctionWants()
    {
        var document = await ReadAsync();
        foreach (var function in ApiFunction.Of(typeof(PipelineApp).Assembly))
        {
            var operation = Operations(document).First(o => (string?)o.Operation["operationId"] == function.Name).Operation;
            var open = function.Method.GetCustomAttribute<OpenToAllAttribute>() is not null;
            Assert.Equal(open ? "anybody" : function.Method.GetCustomAttribute<RequiresRoleAttribute>()!.Role.ToString().ToLowerInvariant(), (string?)operation["x-role"]);
            Assert.Equal(open, operation["security"]!.AsArray().Count == 0);
            Assert.Equal(!open, operation["responses"]!["401"] is not null);
        }
    }

    [Fact]
    public async Task References_All_LeadSomewhere()
    {
        var document = await ReadAsync();
        var references = References(document).Distinct().ToList();

        Assert.True(references.Count > 50);
        Assert.All(references, reference => Assert.NotNull(reference[2..].Split('/').Aggregate((JsonNode?)document, (node, part) => node?[part])));
    }

    [Fact]
    public async Task Types_OfAnswers_TellWhatTheirFieldsMean()
    {
        var document = await ReadAsync();
        var silent = document["components"]!["schemas"]!.AsObject()
            .SelectMany(schema => schema.Value!["properties"]?.AsObject().Where(p => p.Value!["description"] is null).Select(p => $"{schema.Key}.{p.Key}") ?? []).ToList();

        Assert.True(silent.Count == 0, $"Fields without a comment in the code: {string.Join(", ", silent)}");
    }

    [Fact]
    public void Problems_EveryTypeOfTheCode_IsTold()
    {
        var inCode = typeof(ProblemTypes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral && f.Name != nameof(ProblemTypes.Place)).Select(f => (string)f.GetValue(null)!);

        Assert.Equal(inCode.Order(StringComparer.Ordinal), ProblemTypes.All.Select(p => p.Type).Order(StringComparer.Ordinal));
        Assert.All(ProblemTypes.All, p => Assert.All((string[])[p.Title, p.Meaning, p.Advice], text => Assert.EndsWith(".", text, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Problems_All_AreInTheDocument()
    {
        var document = await ReadAsync();
        var answered = Operations(document).SelectMany(o => o.Operation["responses"]!.AsObject()).SelectMany(a => a.Value!["x-problems"]?.AsArray().Select(name => (string)name!) ?? []);

        Assert.Equal(ProblemTypes.All.Select(p => p.Name).Order(StringComparer.Ordinal), answered.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(ProblemTypes.All.Select(p => p.Type), document["components"]!["schemas"]!["Problem"]!["properties"]!["type"]!["enum"]!.AsArray().Select(t => (string)t!));
    }

    [Fact]
    public void Problem_OfATypeThatIsNotTold_CannotBeAnswered() =>
        Assert.Throws<ArgumentException>(() => Responses.Problem("/api/problems/whatever", 400, "Something."));

    private async Task<JsonObject> ReadAsync() => OpenApiDocument.Make(typeof(PipelineApp).Assembly, [.. (await app.AllAsync()).Values]);

    // What is named by its address needs no more said.
    private static bool IsWithoutBody(string path) =>
        new[] { "/restart", "/complete", "/compact", "/promote", "/pause", "/resume", "/ban", "/readmit" }.Any(end => path.EndsWith(end, StringComparison.Ordinal));

    private static IEnumerable<string> Parameters(string path) => path.Split('/').Where(s => s.StartsWith('{')).Select(s => s.Trim('{', '}'));

    private static IEnumerable<(string Verb, string Path, JsonObject Operation)> Operations(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(o => (o.Key, path.Key, o.Value!.AsObject())));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key == "$ref" ? [(string)p.Value!] : References(p.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };
}
