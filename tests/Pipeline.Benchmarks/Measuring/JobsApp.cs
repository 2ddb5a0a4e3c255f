using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Jobs;

namespace Pipeline.Benchmarks.Measuring;

/// <summary>The app in this process, on a folder of its own, spoken to over HTTP as any client does.</summary>
internal sealed class JobsApp : IAsyncDisposable
{
    private readonly TemporaryFolder _root;
    private readonly EmbeddedHost _host;
    private readonly HttpClient _http;

    private JobsApp(TemporaryFolder root, EmbeddedHost host)
    {
        (_root, _host) = (root, host);
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = host.BaseAddress,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { { "x-functions-key", host.FunctionKey } },
        };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => _host.BaseAddress;

    /// <summary>A key that opens all of its API.</summary>
    public string Key => _host.FunctionKey;

    public static async Task<JobsApp> StartAsync(CancellationToken cancellationToken)
    {
        var root = new TemporaryFolder();
        return new JobsApp(root, await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions
            {
                FunctionTypes = [.. typeof(PipelineApp).Assembly.GetTypes(), typeof(JobWaiter)],
                Root = root.Path,
                Url = new Uri("http://127.0.0.1:0"),
                LogLevel = LogLevel.Warning,
            },
            cancellationToken));
    }

    /// <summary>Uploads the Parquet files below a folder as a dataset.</summary>
    public async Task UploadAsync(string dataset, string folder, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            using var answer = await _http.PutAsync(Relative($"api/datasets/{dataset}/files/{path}"), new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellationToken)), cancellationToken);
            await CheckAsync(answer, cancellationToken);
        }
    }

    /// <summary>Runs a job from its submission to its rows.</summary>
    public async Task<(string Id, JobResult Result)> RunAsync(string spec, CancellationToken cancellationToken)
    {
        using var submitted = await _http.PostAsync(Relative("api/jobs"), new StringContent(spec, Encoding.UTF8, "application/json"), cancellationToken);
        await CheckAsync(submitted, cancellationToken);
        var id = (await submitted.Content.ReadFromJsonAsync<JobAccepted>(Responses.Json, cancellationToken))!.Id;
        using var ended = await _http.GetAsync(Relative($"wait/{id}"), cancellationToken);
        await CheckAsync(ended, cancellationToken);
        using var result = await _http.GetAsync(Relative($"api/jobs/{id}/result"), cancellationToken);
        await CheckAsync(result, cancellationToken);
        return (id, (await result.Content.ReadFromJsonAsync<JobResult>(Responses.Json, cancellationToken))!);
    }

    public async Task<JobOutput> OutputAsync(string id, CancellationToken cancellationToken) =>
        (await _http.GetFromJsonAsync<JobView>(Relative($"api/jobs/{id}"), Responses.Json, cancellationToken))!.Output!;

    /// <summary>The activities of a job's orchestration, each from when it was asked for to when its result was there.</summary>
    public async Task<IReadOnlyList<(string Activity, DateTimeOffset From, DateTimeOffset To)>> ActivitiesAsync(string id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Relative($"runtime/webhooks/durabletask/instances/{id}?showHistory=true"));
        request.Headers.Add("x-functions-key", _host.DurableKey);
        using var answer = await _http.SendAsync(request, cancellationToken);
        await CheckAsync(answer, cancellationToken);
        using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
        return [.. status.RootElement.GetProperty("historyEvents").EnumerateArray()
            .Where(entry => entry.GetProperty("EventType").GetString() == "TaskCompleted")
            .Select(entry => (entry.GetProperty("FunctionName").GetString()!, entry.GetProperty("ScheduledTime").GetDateTimeOffset(), entry.GetProperty("Timestamp").GetDateTimeOffset()))];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _root.Dispose();
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new BenchmarkException($"{answer.RequestMessage!.RequestUri!.AbsolutePath} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        }
    }
}
