using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.ApiDocs;

/// <summary>Gives the JSON Schemas of specs to anybody: they tell what the app can do, and nothing of what it has.</summary>
public sealed class SchemaFunctions(SpecSchemas schemas)
{
    /// <summary>The kinds of spec, and where their schemas are.</summary>
    [Function("ListSchemas")]
    [OpenToAll]
    [Answers(200, typeof(SchemaList))]
    public async Task<IActionResult> ListAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/schemas")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Responses.Ok(new SchemaList([.. (await schemas.AllAsync()).Select(s => new SchemaLink(s.Kind, s.Description ?? "", $"/api/schemas/{s.Kind}"))]));
    }

    /// <summary>The JSON Schema of one kind of spec.</summary>
    [Function("GetSchema")]
    [OpenToAll]
    [Answers(200, "application/schema+json", Headers = ["ETag: The version: with If-None-Match, an unchanged one is answered with 304."])]
    [Answers(304)]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/schemas/{kind}")] HttpRequest request, string kind)
    {
        ArgumentNullException.ThrowIfNull(request);
        var all = await schemas.AllAsync();
        if (all.FirstOrDefault(s => s.Kind == kind) is not { } schema)
            return Responses.NotFound($"There is no schema '{kind}'.{NearestName.Hint(kind, all.Select(s => s.Kind))}");
        return new FileContentResult(schema.Content, "application/schema+json") { EntityTag = new EntityTagHeaderValue($"\"{schema.Version}\"") };
    }
}
