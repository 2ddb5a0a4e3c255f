using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Tests.Http;

namespace Pipeline.Tests.Cli;

/// <summary>An app that answers what the test says, over real HTTP, and remembers what it was asked.</summary>
internal sealed class FakeApp : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Answer>> _answers = new();
    private readonly ConcurrentQueue<Request> _requests = new();
    private LoopbackServer _server = null!;

    private FakeApp()
    {
    }

    public string Url => _server.Url;

    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>Runs before a request is answered.</summary>
    public Func<Request, Task> OnRequest { get; set; } = _ => Task.CompletedTask;

    public sealed record Request(string Line, string Body, string? Key, string? ContentType);

    private sealed record Answer(int Status, string Body, string? ContentType, string? Location);

    public static async Task<FakeApp> StartAsync()
    {
        var fake = new FakeApp();
        fake._server = await LoopbackServer.StartAsync(fake.HandleAsync);
        return fake;
    }

    /// <summary>Says what to answer to a request such as <c>GET /api/jobs/j1</c>. Several answers are given in turn; the last stays.</summary>
    public FakeApp On(string line, string body, int status = 200, string? contentType = "application/json", string? location = null)
    {
        _answers.GetOrAdd(line, _ => new()).Enqueue(new Answer(status, body, contentType, location));
        return this;
    }

    /// <summary>The same for a problem.</summary>
    public FakeApp OnProblem(string line, int status, string type, string detail, string errors = "null") =>
        On(line, $$"""{"type":"urn:pipeline:problem:{{type}}","title":"Title of {{type}}.","status":{{status}},"detail":"{{detail}}","errors":{{errors}}}""", status, "application/problem+json");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, System.Text.Encoding.Latin1);
        var request = new Request(
            $"{http.Request.Method} {http.Features.Get<IHttpRequestFeature>()!.RawTarget}",
            await reader.ReadToEndAsync(),
            http.Request.Headers["x-functions-key"],
            http.Request.ContentType);
        _requests.Enqueue(request);
        await OnRequest(request);
        if (!_answers.TryGetValue(request.Line, out var answers))
        {
            http.Response.StatusCode = 404;
            return;
        }
        var answer = answers.Count > 1 && answers.TryDequeue(out var next) ? next : answers.First();
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        if (answer.Location is not null)
            http.Response.Headers.Location = answer.Location;
        await http.Response.WriteAsync(answer.Body);
    }
}
