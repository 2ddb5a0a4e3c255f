using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.ApiDocs;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;
using Pipeline.Streams;
using Xunit.Abstractions;

namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>What the app publishes about specs, judged by somebody else: its schemas refuse what the app refuses for its form, and nothing
/// that it takes.</summary>
[Collection(ApiTests.Name)]
public sealed class SpecSchemaTests(ApiSite site, ITestOutputHelper output)
{
    private const int ChangesOfEach = 150;

    [SkippableFact]
    public async Task Specs_ChangedAtRandom_AreJudgedAlikeByTheAppAndByItsSchemas()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"Seed {seed}.");
        var random = new Random(seed);
        var cases = WholeSpecs.All.SelectMany(spec => Enumerable.Range(0, ChangesOfEach).Select(n =>
        {
            var document = JsonNode.Parse(spec.Json)!.AsObject();
            return (spec.Kind, Change: n == 0 ? "nothing" : SpecChanges.Change(document, random), Document: document);
        })).ToList();

        var (answers, _) = await IndependentValidator.JudgeAsync(await SchemasAsync(), cases.Select(c => (c.Kind, (JsonNode?)c.Document)));

        var (refused, taken) = (0, 0);
        foreach (var ((kind, change, document), verdict) in cases.Zip(answers))
        {
            var faults = await FaultsAsync(kind, document);
            var place = $"Seed {seed}, {kind}, {change}: {document.ToJsonString()}\nThe schema: {verdict ?? "valid"}\nThe app: {string.Join(" ", faults.Select(f => $"{f.Pointer} {f.Detail}"))}";
            Assert.True(change != "nothing" || (verdict is null && !faults.Any(f => f.IsStructural)), place);
            // What the schema refuses, the app refuses; what the app refuses for its form alone, the schema refuses.
            Assert.True(verdict is null || faults.Count > 0, place);
            Assert.True(verdict is not null || !faults.Any(f => f.IsStructural), place);
            _ = verdict is null ? taken++ : refused++;
        }
        output.WriteLine($"{refused} refused, {taken} taken.");
        Assert.True(refused > cases.Count / 5 && taken > cases.Count / 20, $"{refused} refused, {taken} taken: the changes try one side only.");
    }

    [SkippableFact]
    public async Task Samples_All_AreValidByTheirSchema()
    {
        var samples = Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*.json", SearchOption.AllDirectories)
            .Select(path => (Path: path, Document: JsonNode.Parse(File.ReadAllText(path))))
            .Where(sample => sample.Document is JsonObject && (string?)sample.Document["$schema"] is { } schema && schema.Contains("/schemas/", StringComparison.Ordinal))
            .ToList();
        Assert.True(samples.Count > 10);

        var (answers, _) = await IndependentValidator.JudgeAsync(await SchemasAsync(), samples.Select(s => (Path.GetFileNameWithoutExtension((string)s.Document!["$schema"]!), (JsonNode?)s.Document)));

        Assert.All(samples.Zip(answers), judged => Assert.True(judged.Second is null, $"{judged.First.Path}: {judged.Second}"));
    }

    [Fact]
    public async Task GetSchema_IsServedToAnybody_WithItsTypeAndTag()
    {
        using var anybody = new HttpClient { BaseAddress = site.App.Http.BaseAddress };
        using var response = await anybody.GetAsync(new Uri("api/schemas/batch", UriKind.Relative));
        using var again = new HttpRequestMessage(HttpMethod.Get, "api/schemas/batch") { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        using var unchanged = await anybody.SendAsync(again);

        Assert.Equal("application/schema+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(System.Net.HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["$schema"]);
    }

    [Fact]
    public async Task Submit_ASpecThatNamesItsSchema_IsTaken()
    {
        using var response = await site.App.PostAsync("""{ "$schema": "../schemas/batch.json", "kind": "batch", "name": "n", "tables": { "t": "none" }, "query": "select 1" }""", "api/jobs/plan");

        Assert.DoesNotContain("$schema", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<JsonObject> SchemasAsync() =>
        new((await site.App.Services.GetRequiredService<SpecSchemas>().AllAsync()).Select(s => KeyValuePair.Create(s.Kind, (JsonNode?)s.Schema.DeepClone())));

    private async Task<IReadOnlyList<SpecFault>> FaultsAsync(string kind, JsonObject document)
    {
        try
        {
            var kinds = site.App.Services.GetServices<IJobKind>().ToList();
            if (kinds.Find(k => k.Kind == kind) is { } job)
                await job.ValidateAsync(JobSpec.Parse(Encoding.UTF8.GetBytes(document.ToJsonString()), [kind]), CancellationToken.None);
            else
                await (await site.App.Services.GetRequiredService<StreamCompiler>().CompileAsync("some", JsonSerializer.SerializeToElement(document), null, CancellationToken.None)).DisposeAsync();
            return [];
        }
        catch (SpecException e)
        {
            return e.Faults;
        }
    }
}
