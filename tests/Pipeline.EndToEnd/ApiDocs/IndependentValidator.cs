using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>Ajv, a JSON Schema validator that knows nothing of this app, and the OpenAPI specification's own schema.</summary>
internal static class IndependentValidator
{
    /// <summary>Judges documents by schemas. Skips the test where there is no Node.</summary>
    /// <param name="schemas">Schemas by name.</param>
    /// <param name="cases">The name of a schema, or <c>openapi#/…</c>, and a document.</param>
    /// <param name="openApi">An OpenAPI document to judge too, and to point into; null for none.</param>
    /// <returns>For each case null, or what is wrong with it; and what is wrong with the OpenAPI document.</returns>
    public static async Task<(IReadOnlyList<string?> Answers, string? Specification)> JudgeAsync(
        JsonObject schemas, IEnumerable<(string Schema, JsonNode? Document)> cases, JsonNode? openApi = null)
    {
        await NodeTools.InstallAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, new JsonObject
            {
                ["schemas"] = schemas,
                ["openapi"] = openApi?.DeepClone(),
                ["cases"] = new JsonArray([.. cases.Select(c => new JsonArray(c.Schema, c.Document?.DeepClone()))]),
            }.ToJsonString());
            using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(NodeTools.Folder, "Fixtures", "validate.cjs"), file])
            {
                WorkingDirectory = NodeTools.Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.True(process.ExitCode == 0, await errors);
            var answer = JsonNode.Parse(output)!;
            return ([.. answer["answers"]!.AsArray().Select(a => (string?)a)], (string?)answer["specification"]);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
