using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Dashboard;

/// <summary>Serves the dashboard: files that anybody may read. What they show comes from the API, which wants a key.</summary>
public static class DashboardFunctions
{
    private static readonly Lazy<PageFiles> s_files = new(() => new PageFiles());

    /// <summary>Gives a file of the page. Routes that are written out win over this one, which takes what is left.</summary>
    [Function("Dashboard")]
    [OpenToAll]
    [Answers(200, "text/html", Headers = ["ETag: The version: with If-None-Match, an unchanged one is answered with 304."])]
    [Answers(304)]
    public static IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request)
    {
        var path = (request.Path.Value ?? "").Trim('/');
        if (path == "api" || path.StartsWith("api/", StringComparison.Ordinal))
            return Responses.NotFound("There is no such route, or not for GET. GET /api/docs shows those that there are.");
        return File(request, path);
    }

    /// <summary>Gives the page that shows the HTTP API.</summary>
    [Function("ApiDocs")]
    [OpenToAll]
    [Answers(200, "text/html", Headers = ["ETag: The version: with If-None-Match, an unchanged one is answered with 304."])]
    [Answers(304)]
    public static IActionResult Docs([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/docs")] HttpRequest request) => File(request, "docs.html");

    private static IActionResult File(HttpRequest request, string path)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (s_files.Value.Find(path) is not { } file)
            return new ContentResult { StatusCode = StatusCodes.Status404NotFound, ContentType = "text/plain; charset=utf-8", Content = "There is no such page. The dashboard is at /." };

        var compressed = request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "br" && coding.Quality is not 0);
        // Asked for anew each time, and answered with 304 unless the app has changed.
        SecurityHeaders.SetForPage(request.HttpContext.Response);
        var headers = request.HttpContext.Response.Headers;
        headers.Vary = HeaderNames.AcceptEncoding;
        if (compressed)
            headers.ContentEncoding = "br";
        // The result compares the tag with If-None-Match by itself.
        return new FileContentResult(compressed ? file.Compressed : file.Content, file.ContentType)
        {
            EntityTag = new EntityTagHeaderValue($"\"{file.Version}{(compressed ? "-br" : "")}\""),
        };
    }
}
