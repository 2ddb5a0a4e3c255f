using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Tests.Hosting;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>A host of <see cref="DurableSamples"/>, and requests to its Durable HTTP API.</summary>
internal sealed class DurableHttpApi : IAsyncDisposable
{
    private const string Path = "runtime/webhooks/durabletask/";

    private DurableHttpApi(TestHost host, DurableSamples.Switchboard switchboard)
    {
        Host = host;
        Switchboard = switchboard;
    }

    public TestHost Host { get; }

    public DurableSamples.Switchboard Switchboard { get; }

    public static async Task<DurableHttpApi> StartAsync(string? root = null, TimeSpan? shutdownTimeout = null)
    {
        var switchboard = new DurableSamples.Switchboard();
        return new DurableHttpApi(
            await TestHost.StartAsync(
                [typeof(DurableSamples)],
                (worker, _) => worker.Services.AddSingleton(switchboard),
                root: root,
                options: options => options with { VerifyReplay = true, ShutdownTimeout = shutdownTimeout ?? options.ShutdownTimeout }),
            switchboard);
    }

    public async Task<HttpResponseMessage> SendAsync(
        string method, string path, string? json = null, string? key = null, Action<HttpRequestMessage>? change = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Path + path);
        request.Headers.Add("x-functions-key", key ?? Host.Host.DurableKey);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, type);
        change?.Invoke(request);
        return await Host.Client.SendAsync(request);
    }

    /// <summary>Sends and holds the answer to a status.</summary>
    /// <returns>The body; undefined where it is empty.</returns>
    public async Task<JsonElement> ExpectAsync(HttpStatusCode status, string method, string path, string? json = null)
    {
        using var response = await SendAsync(method, path, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Starts an orchestration and gives its id.</summary>
    public async Task<string> BeginAsync(string orchestrator, string? json = null) =>
        (await ExpectAsync(HttpStatusCode.Accepted, "POST", $"orchestrators/{orchestrator}", json)).GetProperty("id").GetString()!;

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<string> RunAsync(string orchestrator, string id, string? json = null)
    {
        await SendAsync("POST", $"orchestrators/{orchestrator}/{id}?timeout=60", json);
        return id;
    }

    public async Task<string?> StatusAsync(string id) => (await StateAsync(id)).GetProperty("runtimeStatus").GetString();

    public async Task<JsonElement> StateAsync(string id, string query = "")
    {
        using var response = await SendAsync("GET", $"instances/{Uri.EscapeDataString(id)}{query}");
        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Waits until an instance has come to a status. The API has no other way to wait for one that is not the end.</summary>
    public async Task UntilAsync(string id, string status)
    {
        while (await StatusAsync(id) != status) await Task.Yield();
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
