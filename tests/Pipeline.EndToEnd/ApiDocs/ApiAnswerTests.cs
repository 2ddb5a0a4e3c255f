using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>Real answers, held against what the OpenAPI document says of their operations.</summary>
[Collection(ApiTests.Name)]
public sealed class ApiAnswerTests(ApiSite site)
{
    private readonly List<(string Place, string Schema, JsonNode? Document)> _answers = [];
    private JsonNode _document = null!;

    [SkippableFact]
    public async Task Answers_OfManyOperations_AreAsTheDocumentSays()
    {
        _document = (await JsonAsync("api/openapi.json"))!;
        using var data = new TestData();
        var parquet = data.Parquet("SELECT i % 3 AS k, i AS n, i * 1.5 AS x FROM range(100) t(i)");
        await CallAsync("put", "api/datasets/{name}/files/{path}", "api/datasets/sums/files/part-0.parquet", 201, new ByteArrayContent(parquet));
        await CallAsync("put", "api/datasets/{name}/files/{path}", "api/datasets/sums/files/part-1.parquet", 400, new ByteArrayContent([1, 2, 3]));
        await CallAsync("post", "api/datasets/{name}/complete", "api/datasets/sums/complete", 200);
        await CallAsync("get", "api/datasets", "api/datasets", 200);
        await CallAsync("get", "api/datasets/{name}", "api/datasets/sums", 200);
        await CallAsync("get", "api/datasets/{name}", "api/datasets/none", 404);
        await CallAsync("get", "api/datasets/{name}/files", "api/datasets/sums/files", 200);
        await CallAsync("get", "api/datasets/{name}/rows", "api/datasets/sums/rows?top=2", 200);
        await CallAsync("get", "api/datasets/{name}/rows", "api/datasets/sums/rows?top=many", 400);
        await CallAsync("put", "api/datasets/{name}/policy", "api/datasets/ruled/policy", 200, Json("""{ "regions": ["westeurope"] }"""));
        await CallAsync("get", "api/datasets/{name}/policy", "api/datasets/ruled/policy", 200);
        await CallAsync("get", "api/datasets/{name}/policy", "api/datasets/sums/policy", 404);

        const string Spec = """{ "kind": "batch", "name": "documented", "id": "documented-job", "tables": { "s": "sums" }, "query": "select k, sum(n) as n from s group by k order by k" }""";
        await CallAsync("post", "api/jobs/plan", "api/jobs/plan", 200, Json(Spec));
        await CallAsync("post", "api/jobs/plan", "api/jobs/plan", 400, Json("{ nonsense"));
        await CallAsync("post", "api/jobs", "api/jobs", 202, Json(Spec));
        await CallAsync("post", "api/jobs", "api/jobs", 409, Json(Spec));
        await CallAsync("post", "api/jobs", "api/jobs", 400, Json("""{ "kind": "batch", "name": 5, "tablez": {} }"""));
        await CallAsync("post", "api/jobs", "api/jobs", 413, new ByteArrayContent(new byte[2 << 20]));
        await site.App.ResultAsync("documented-job");
        await CallAsync("get", "api/jobs", "api/jobs?top=5", 200);
        await CallAsync("get", "api/jobs", "api/jobs?status=lost", 400);
        await CallAsync("get", "api/jobs/{id}", "api/jobs/documented-job", 200);
        await CallAsync("get", "api/jobs/{id}", "api/jobs/none", 404);
        await CallAsync("get", "api/jobs/{id}/result", "api/jobs/documented-job/result", 200);
        await CallAsync("get", "api/jobs/{id}/spec", "api/jobs/documented-job/spec", 200);
        await CallAsync("post", "api/jobs/{id}/restart", "api/jobs/documented-job/restart", 202);
        await CallAsync("delete", "api/jobs/{id}", "api/jobs/documented-job", 409);
        await CallAsync("post", "api/jobs/{id}/workers", "api/jobs/documented-job/workers", 404, Json("""{ "workers": 2 }"""));
        await CallAsync("post", "api/jobs/{id}/workers", "api/jobs/documented-job/workers", 400, Json("""{ "workers": 0 }"""));

        const string Stream = """{ "hub": "trades", "columns": { "symbol": "VARCHAR" }, "query": "select symbol from trades", "sinks": [{ "dataset": "symbols" }] }""";
        await CallAsync("put", "api/streams/{name}", "api/streams/documented", 201, Json(Stream));
        await CallAsync("put", "api/streams/{name}", "api/streams/documented", 200, Json(Stream));
        await CallAsync("put", "api/streams/{name}", "api/streams/documented", 400, Json("""{ "hub": "trades" }"""));
        await CallAsync("get", "api/streams", "api/streams", 200);
        await CallAsync("get", "api/streams/{name}", "api/streams/documented", 200);
        await CallAsync("get", "api/streams/{name}/state", "api/streams/documented/state", 200);
        await CallAsync("get", "api/streams/{name}/windows", "api/streams/documented/windows", 200);
        await CallAsync("get", "api/streams/{name}/alerts", "api/streams/documented/alerts", 200);
        await CallAsync("get", "api/streams/{name}/quarantine", "api/streams/documented/quarantine", 200);
        await CallAsync("post", "api/streams/{name}/pause", "api/streams/documented/pause", 200);
        await CallAsync("post", "api/streams/{name}/rewind", "api/streams/documented/rewind", 200, Json("""{ "to": "earliest" }"""));
        await CallAsync("delete", "api/streams/{name}", "api/streams/documented", 204);

        await CallAsync("get", "api/models", "api/models", 200);
        await CallAsync("get", "api/models/{name}", "api/models/none", 404);
        await CallAsync("post", "api/models/{name}/predict", "api/models/none/predict", 404, Json("{}"));
        await CallAsync("get", "api/audit", "api/audit", 200);
        var volunteer = await CallAsync("post", "api/grid/volunteers", "api/grid/volunteers", 201, Json("""{ "name": "Vera" }"""));
        await CallAsync("post", "api/grid/volunteers", "api/grid/volunteers", 400, Json("{}"));
        const string Facts = """{ "facts": { "cores": 2, "memoryBytes": 1000000000, "diskBytes": 1000000000, "flopsPerSecond": 1e9, "platform": "linux", "clientVersion": "1.0" } }""";
        var host = await CallAsync("post", "api/grid/hosts", "api/grid/hosts", 201, Json(Facts), (string)volunteer!["token"]!);
        await CallAsync("get", "api/grid/host", "api/grid/host", 200, token: (string)host!["token"]!);
        await CallAsync("post", "api/grid/heartbeat", "api/grid/heartbeat", 200, Json("""{ "tasks": [] }"""), (string)host["token"]!);
        await CallAsync("get", "api/grid/key", "api/grid/key", 200);
        await CallAsync("get", "api/grid/applications", "api/grid/applications", 200);
        await CallAsync("get", "api/grid/statistics", "api/grid/statistics", 200);
        await CallAsync("get", "api/grid/leaderboard", "api/grid/leaderboard", 200);
        await CallAsync("get", "api/grid/hosts", "api/grid/hosts", 200);
        await CallAsync("get", "api/schemas", "api/schemas", 200);
        await CallAsync("get", "api/schemas/{kind}", "api/schemas/batsh", 404);
        await CallAsync("get", "api/problems", "api/problems", 200);
        await CallAsync("get", "api/jobs", "api/jobs", 401, token: "wrong");

        var (answers, specification) = await IndependentValidator.JudgeAsync([], _answers.Select(a => (a.Schema, a.Document)), _document);

        Assert.True(specification is null, $"The document is not valid OpenAPI 3.1: {specification}");
        Assert.All(_answers.Zip(answers), judged => Assert.True(judged.Second is null, $"{judged.First.Place}: {judged.Second}\n{judged.First.Document?.ToJsonString()}"));
        Assert.True(_answers.Count > 50);
    }

    [Fact]
    public async Task Problem_OfEveryKind_IsToldWhereItsTypeLeads()
    {
        using var response = await site.App.Http.GetAsync(new Uri("api/jobs/none", UriKind.Relative));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        var told = (await JsonAsync(((string)problem["type"]!)[1..]))!;

        Assert.Equal((string?)problem["title"], (string?)told["title"]);
        Assert.Contains("listed", (string?)told["advice"], StringComparison.Ordinal);
        Assert.Contains(404, told["statuses"]!.AsArray().Select(s => (int)s!));
    }

    private async Task<JsonNode?> CallAsync(string verb, string path, string route, int status, HttpContent? content = null, string? token = null)
    {
        using var http = new HttpClient { BaseAddress = site.App.Http.BaseAddress };
        using var request = new HttpRequestMessage(new HttpMethod(verb.ToUpperInvariant()), route) { Content = content };
        if (token is null)
            request.Headers.Add("x-functions-key", site.App.Http.DefaultRequestHeaders.GetValues("x-functions-key"));
        else
            request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{verb} {route}: {(int)response.StatusCode} {text}");
        var told = _document["paths"]![$"/{path}"]?[verb]?["responses"]?[$"{status}"];
        Assert.True(told is not null, $"The document does not say that {verb} /{path} answers {status}.");
        if (response.StatusCode == HttpStatusCode.NoContent)
        {
            Assert.Null(told["content"]);
            return null;
        }
        if (response.StatusCode == HttpStatusCode.Unauthorized && text.Length == 0)
        {
            Assert.Contains("without a body", (string?)told["description"], StringComparison.Ordinal);
            return null;
        }
        var media = response.Content.Headers.ContentType!.MediaType!;
        Assert.True(told["content"]?[media] is not null, $"The document does not say that {verb} /{path} answers {status} as {media}.");
        var pointer = ((string[])["paths", $"/{path}", verb, "responses", $"{status}", "content", media, "schema"]).Select(part => Uri.EscapeDataString(part.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));
        var document = JsonNode.Parse(text);
        _answers.Add(($"{verb} {route}: {status}", $"openapi#/{string.Join('/', pointer)}", document));
        return document;
    }

    private async Task<JsonNode?> JsonAsync(string route) => JsonNode.Parse(await site.App.Http.GetStringAsync(new Uri(route, UriKind.Relative)));

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
