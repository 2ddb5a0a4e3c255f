using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Pipeline.Tests.Hosting;

/// <summary>HTTP functions of every form that the tests call.</summary>
public static class HttpSamples
{
    public enum Color
    {
        Red = 1,
        Green = 5,
    }

    public sealed record Item(string Name, Color Color, string? Missing);

    public sealed record Both([property: HttpResult] IActionResult Answer, string Other);

    [Function("Default")]
    public static string Default([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => "default " + request.Method;

    [Function("AnyMethod")]
    public static IActionResult AnyMethod([HttpTrigger(AuthorizationLevel.Anonymous, Route = "any")] HttpRequest request) =>
        new OkObjectResult(request.Method);

    [Function("Guarded")]
    public static IActionResult Guarded([HttpTrigger(AuthorizationLevel.Function, "get", Route = "guarded")] HttpRequest request) =>
        new OkResult();

    [Function("AdminOnly")]
    public static IActionResult AdminOnly([HttpTrigger(AuthorizationLevel.Admin, "get", Route = "admin-only")] HttpRequest request) =>
        new OkResult();

    [Function("ByInt")]
    public static string ByInt(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "int/{id:int}")] HttpRequest request, int id) => $"int {id}";

    [Function("ByGuid")]
    public static string ByGuid(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "guid/{id:guid}")] HttpRequest request, Guid id) => $"guid {id}";

    [Function("Optional")]
    public static string Optional(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{name?}")] HttpRequest request, string? name) =>
        name is null ? "null" : $"'{name}'";

    [Function("CatchAll")]
    public static string CatchAll(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "files/{*path}")] HttpRequest request, string? path) =>
        path is null ? "null" : $"'{path}'";

    [Function("Query")]
    public static string Query(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "query")] HttpRequest request, string? q, int? top, Color color = Color.Red) =>
        $"{(q is null ? "null" : $"'{q}'")} {top?.ToString() ?? "null"} {color}";

    [Function("Body")]
    public static IActionResult Body(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "body")] HttpRequest request, [FromBody] Item item) =>
        new OkObjectResult(item);

    [Function("Length")]
    public static async Task<IActionResult> Length(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "length")] HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        return new OkObjectResult(body.Length);
    }

    [Function("Throws")]
    public static IActionResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws")] HttpRequest request) =>
        throw new InvalidOperationException("a secret of the server");

    [Function("Nothing")]
    public static void Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "nothing")] HttpRequest request) =>
        request.HttpContext.Response.StatusCode = StatusCodes.Status418ImATeapot;

    [Function("Plain")]
    public static Item Plain([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "plain")] HttpRequest request) =>
        new("ü", Color.Green, null);

    [Function("Result")]
    public static IActionResult Result(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "result/{kind}")] HttpRequest request, string kind) => kind switch
        {
            "text" => new OkObjectResult("text"),
            "null" => new OkObjectResult(null),
            "problem" => new ObjectResult(new ProblemDetails { Title = "No", Status = 422 }) { StatusCode = 422 },
            "created" => new CreatedResult("/there", new Item("n", Color.Green, null)),
            "file" => new FileContentResult([1, 2, 3], "application/octet-stream"),
            "header" => WithHeader(request),
            _ => new NotFoundResult(),
        };

    [Function("Minimal")]
    public static IResult Minimal([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "minimal")] HttpRequest request) =>
        Results.Text("minimal");

    [Function("Several")]
    public static Both Several([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "several")] HttpRequest request) =>
        new(new AcceptedResult("/later", null), "not in the response");

    [Function("Context")]
    public static IActionResult Context(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context/{id}")] HttpRequest request, FunctionContext context) =>
        new OkObjectResult(new
        {
            context.FunctionDefinition.Name,
            context.FunctionDefinition.EntryPoint,
            SameRequest = ReferenceEquals(context.GetHttpContext()?.Request, request),
            Id = context.BindingContext.BindingData["id"],
            Q = context.BindingContext.BindingData["q"],
            Trigger = context.FunctionDefinition.InputBindings["request"].Type,
            IsGuid = Guid.TryParse(context.InvocationId, out _),
        });

    private static StatusCodeResult WithHeader(HttpRequest request)
    {
        request.HttpContext.Response.Headers["X-Own"] = "own";
        return new StatusCodeResult(StatusCodes.Status202Accepted);
    }
}
