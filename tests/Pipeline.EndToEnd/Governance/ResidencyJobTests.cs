using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Governance;

/// <summary>Where data may be processed, through the whole app: an app in West Europe and one in East US share a store.</summary>
public sealed class ResidencyJobTests : IDisposable
{
    private const string Policy = """{"regions":["westeurope","northeurope"]}""";
    private const string Count = """{ "kind": "batch", "name": "count", "tables": { "patients": "patients" }, "query": "select count(*) as n from patients", "output": { "dataset": "counts" } }""";

    private readonly TestData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Job_DataThatMayBeHere_RunsAndItsResultCarriesThePolicyOn()
    {
        await using var app = await StartAsync("West Europe");

        var result = await app.RunAsync(Count);

        Assert.Equal("1000", result.Rows[0][0].GetRawText());
        Assert.Equal(["northeurope", "westeurope"], await RegionsAsync(app, "counts"));
        var audit = await AuditAsync(app);
        Assert.Equal(JsonValueKind.Undefined, audit.TryGetProperty("broken", out var broken) ? broken.ValueKind : JsonValueKind.Undefined);
        Assert.Contains(audit.GetProperty("records").EnumerateArray(), r => Entry(r, "what") == "admit" && Entry(r, "who").StartsWith("key:", StringComparison.Ordinal));
        Assert.Contains(audit.GetProperty("records").EnumerateArray(), r => Entry(r, "what") == "inherit" && Entry(r, "detail").Contains("datasets/counts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Simulation_OfAMatrixWithAPolicy_ItsResultCarriesThePolicyOn()
    {
        await using var app = await StartAsync("West Europe");
        using var uploaded = await app.Http.PutAsync("api/datasets/matrices/files/a.mtx", new StringContent("%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 1 2\n2 2 4\n"));
        using var put = await app.Http.PutAsync("api/datasets/matrices/policy", new StringContent(Policy));
        Assert.Equal((HttpStatusCode.Created, true), (uploaded.StatusCode, put.IsSuccessStatusCode));

        var id = await app.SubmitAsync("""{ "kind": "simulation", "name": "solve", "program": "conjugate-gradient", "parameters": { "matrix": "matrices/a.mtx" }, "outputs": { "fields": true } }""");
        await app.ResultAsync(id);

        using var policy = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(app.Root, "store", "results", id, "_policy.json")));
        Assert.Equal(["northeurope", "westeurope"], policy.RootElement.GetProperty("regions").EnumerateArray().Select(r => r.GetString()).Order());
    }

    [Theory]
    [InlineData("api/jobs")]
    [InlineData("api/jobs/plan")]
    public async Task Job_DataThatMayNotBeHere_IsRefusedWithTheRule(string route)
    {
        await using var app = await StartAsync("East US");

        var problem = await app.RefusedAsync(Count, route);

        Assert.Equal((ProblemTypes.Policy, 403), (problem.Type, problem.Status));
        Assert.Contains("residency/read", problem.Detail, StringComparison.Ordinal);
        Assert.Contains((await AuditAsync(app)).GetProperty("records").EnumerateArray(), r => Entry(r, "rule") == "residency/read");
    }

    [Fact]
    public async Task Dataset_ThatMayNotBeHere_IsNeitherShownNorTaken()
    {
        await using var app = await StartAsync("East US");

        using var described = await app.Http.GetAsync("api/datasets/patients");
        using var uploaded = await app.Http.PutAsync("api/datasets/patients/files/more.parquet", new ByteArrayContent(_data.Parquet("select 1 as id")));

        Assert.Equal(HttpStatusCode.Forbidden, described.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, uploaded.StatusCode);
    }

    [Fact]
    public async Task Stream_ReferenceDataThatMayNotLeave_IsRefusedItsWebhook()
    {
        await using var app = await StartAsync("West Europe");
        const string Spec = """
            { "hub": "trades", "columns": { "id": "BIGINT" }, "tables": { "patients": "patients" },
              "query": "select t.id from trades t join patients p on p.id = t.id",
              "sinks": [{ "webhook": "https://example.net/hook", "secretSetting": "HOOK_SECRET" }] }
            """;

        using var answer = await app.Http.PutAsync("api/streams/leak", new StringContent(Spec, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("residency/leave", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<RunningApp> StartAsync(string region)
    {
        var app = await RunningApp.StartAsync(settings: new Dictionary<string, string?> { ["PipelineRegion"] = region, ["HOOK_SECRET"] = "a secret of the test" });
        await app.UploadAsync("patients", "part.parquet", _data.Parquet("select range as id from range(1000)"));
        using var put = await app.Http.PutAsync("api/datasets/patients/policy", new StringContent(Policy));
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        return app;
    }

    private static async Task<IEnumerable<string?>> RegionsAsync(RunningApp app, string dataset) =>
        (await app.Http.GetFromJsonAsync<JsonElement>($"api/datasets/{dataset}/policy")).GetProperty("regions").EnumerateArray().Select(r => r.GetString());

    private static Task<JsonElement> AuditAsync(RunningApp app) => app.Http.GetFromJsonAsync<JsonElement>("api/audit");

    private static string Entry(JsonElement record, string field) => record.GetProperty("entry").TryGetProperty(field, out var value) ? value.GetString() ?? "" : "";
}
