using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.ApiDocs;

/// <summary>Tells anybody what the API is: its operations and its problems, and nothing of what the app has.</summary>
public sealed class ApiDocsFunctions(ApiDescription description)
{
    /// <summary>The OpenAPI document of all operations.</summary>
    [Function("GetOpenApi")]
    [OpenToAll]
    [Answers(200, "application/json", Headers = ["ETag: The version: with If-None-Match, an unchanged one is answered with 304."])]
    [Answers(304)]
    public async Task<IActionResult> OpenApiAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/openapi.json")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (content, version) = await description.ReadAsync();
        return new FileContentResult(content, "application/json") { EntityTag = new EntityTagHeaderValue($"\"{version}\"") };
    }

    /// <summary>The kinds of problem that the API answers with.</summary>
    [Function("ListProblems")]
    [OpenToAll]
    [Answers(200, typeof(IReadOnlyList<ProblemType>))]
    public static IActionResult Problems([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/problems")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Responses.Ok(ProblemTypes.All);
    }

    /// <summary>One kind of problem, whose type is this address: when it comes and what to do.</summary>
    [Function("GetProblem")]
    [OpenToAll]
    [Answers(200, typeof(ProblemType))]
    public static IActionResult Problem([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/problems/{name}")] HttpRequest request, string name)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ProblemTypes.All.FirstOrDefault(p => p.Name == name) is { } problem
            ? Responses.Ok(problem)
            : Responses.NotFound($"There is no problem '{name}'.{NearestName.Hint(name, ProblemTypes.All.Select(p => p.Name))}");
    }
}
