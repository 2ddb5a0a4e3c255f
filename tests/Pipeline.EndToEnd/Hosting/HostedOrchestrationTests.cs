using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Embedded.Hosting;
using Pipeline.Tests.Hosting;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>Orchestrations as the host runs them: through the app's middleware, over restarts, one process at a time.</summary>
public sealed class HostedOrchestrationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-hub-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Middleware_OfTheApp_SurroundsOrchestratorsAndActivities()
    {
        var log = new ConcurrentQueue<string>();
        await using var host = await TestHost.StartAsync(
            [typeof(DurableSamples)],
            (worker, _) =>
            {
                worker.Services.AddSingleton(new DurableSamples.Switchboard());
                worker.UseMiddleware(async (context, next) =>
                {
                    log.Enqueue($"{context.FunctionDefinition.Name} begins");
                    await next();
                    log.Enqueue($"{context.FunctionDefinition.Name} ends");
                });
            },
            root: _root,
            options: options => options with { VerifyReplay = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, "runtime/webhooks/durabletask/orchestrators/Greet?timeout=60");
        request.Headers.Add("x-functions-key", host.Host.DurableKey);

        using var response = await host.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, "\"Hello nobody\""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal(["Greet begins", "Hello begins", "Hello ends", "Greet ends"], log);
    }

    [Fact]
    public async Task Instance_WaitingWhenTheHostStops_GoesOnAfterTheNextStart()
    {
        await using (var first = await DurableHttpApi.StartAsync(_root))
            await first.ExpectAsync(HttpStatusCode.Accepted, "POST", "orchestrators/Wait/w1");

        await using var second = await DurableHttpApi.StartAsync(_root);
        await second.ExpectAsync(HttpStatusCode.Accepted, "POST", "instances/w1/raiseEvent/go", "\"on\"");

        await second.UntilAsync("w1", "Completed");
        Assert.Equal("on", (await second.StateAsync("w1")).GetProperty("output").GetString());
    }

    [Fact]
    public async Task Start_AnotherHostHasTheRoot_IsRefused()
    {
        await using var first = await DurableHttpApi.StartAsync(_root);

        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => DurableHttpApi.StartAsync(_root));

        Assert.Contains("in use by another process", error.Message);
    }

    [Fact]
    public async Task Start_TaskHubsFileIsNotOne_IsRefusedByItsFolder()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "taskhub-pipeline.db"), new string('x', 10_000));

        var error = await Assert.ThrowsAsync<EmbeddedHostException>(() => DurableHttpApi.StartAsync(_root));

        Assert.Contains($"The task hub in {_root} cannot be opened", error.Message);
    }
}
