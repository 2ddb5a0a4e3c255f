using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Tests.Streams.Sinks;

/// <summary>A webhook's receiver over real HTTP, which answers what the test says and keeps what it took.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Call> _calls = new();

    private Receiver(WebApplication app) => _app = app;

    public sealed record Call(string Key, string? Signature, string Body, int Status);

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook");

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
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.HandleAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

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
