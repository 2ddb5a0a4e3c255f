using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Pipeline.Tests.Http;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>A webhook's receiver over real HTTP, which answers what the test says and keeps what it took.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Call> _calls = new();
    private LoopbackServer _server = null!;

    private Receiver()
    {
    }

    public sealed record Call(string Key, string? Signature, string Body, int Status);

    public Uri Url => new(_server.Url + "/hook");

    /// <summary>All calls, in order.</summary>
    public IReadOnlyList<Call> Calls => [.. _calls];

    /// <summary>Those that it took.</summary>
    public IReadOnlyList<Call> Taken => [.. _calls.Where(c => c.Status == 200)];

    /// <summary>The status of the answer to the n-th call, from 1.</summary>
    public Func<int, int> Status { get; set; } = _ => 200;

    /// <summary>Headers of the answer.</summary>
    public Action<IHeaderDictionary> Headers { get; set; } = _ => { };

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        receiver._server = await LoopbackServer.StartAsync(receiver.HandleAsync);
        return receiver;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var status = Status(_calls.Count + 1);
        _calls.Enqueue(new Call(http.Request.Headers["Idempotency-Key"].ToString(), http.Request.Headers[Pipeline.Streams.WebhookSignature.Header], body, status));
        Headers(http.Response.Headers);
        http.Response.StatusCode = status;
    }
}
