using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Benchmarks.Durable;

/// <summary>A host with the workload as its app, on a folder of its own.</summary>
internal sealed class Hub : IAsyncDisposable
{
    private readonly TemporaryFolder _root;
    private readonly EmbeddedHost _host;
    private readonly HttpClient _http;

    private Hub(TemporaryFolder root, EmbeddedHost host)
    {
        (_root, _host) = (root, host);
        _http = new HttpClient { BaseAddress = host.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
    }

    public static async Task<Hub> StartAsync(CancellationToken cancellationToken)
    {
        var root = new TemporaryFolder();
        return new Hub(root, await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions
            {
                FunctionTypes = [typeof(Workload)],
                Configure = (_, _) => { },
                Root = root.Path,
                Url = new Uri("http://127.0.0.1:0"),
                LogLevel = LogLevel.Warning,
            },
            cancellationToken));
    }

    /// <summary>Runs instances of an orchestrator side by side, from one request, and checks what each gives.</summary>
    public async Task RunAsync(string orchestrator, int input, int instances, long expected, CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsync(new Uri($"run/{orchestrator}/{input}/{instances}", UriKind.Relative), content: null, cancellationToken);
        var outputs = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<string[]>(cancellationToken) : null;
        if (outputs is null || outputs.Length != instances || outputs.Any(output => output != Figures.Whole(expected)))
        {
            throw new BenchmarkException($"{orchestrator} of {input} answered {(int)answer.StatusCode} {string.Join(", ", outputs?.Distinct() ?? [])}; it should give {expected}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _root.Dispose();
    }
}
