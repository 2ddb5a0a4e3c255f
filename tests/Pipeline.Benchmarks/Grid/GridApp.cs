using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Benchmarks.Measuring;
using Pipeline.Embedded.Hosting;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.Benchmarks.Grid;

/// <summary>The app in this process, on a folder of its own, with limits that do not hold a benchmark back.</summary>
internal sealed class GridApp : IAsyncDisposable
{
    private readonly TemporaryFolder _root;
    private readonly EmbeddedHost _host;

    private GridApp(TemporaryFolder root, EmbeddedHost host) => (_root, _host) = (root, host);

    public IServiceProvider Services => _host.Services;

    public static async Task<GridApp> StartAsync(CancellationToken cancellationToken)
    {
        var root = new TemporaryFolder();
        return new GridApp(root, await EmbeddedHost.StartAsync(
            new EmbeddedHostOptions
            {
                Root = root.Path,
                Url = new Uri("http://127.0.0.1:0"),
                LogLevel = LogLevel.Warning,
                Settings = new Dictionary<string, string?>
                {
                    ["PipelineGridAddressRequestsPerSecond"] = "1000000",
                    ["PipelineGridHostRequestsPerSecond"] = "1000000",
                    ["PipelineGridRegistrationsPerMinute"] = "1000000",
                },
            },
            cancellationToken));
    }

    /// <summary>Registers a volunteer and a host of it.</summary>
    public async Task<GridClient> JoinAsync(int number, HostFacts facts, CancellationToken cancellationToken)
    {
        var stranger = new GridClient(_host.BaseAddress, null);
        var volunteer = await stranger.PostAsync<VolunteerRequest, VolunteerAnswer>("api/grid/volunteers", new VolunteerRequest($"volunteer {number}"), cancellationToken);
        var owner = new GridClient(_host.BaseAddress, volunteer.Token);
        var host = await owner.PostAsync<HostRequest, HostAnswer>("api/grid/hosts", new HostRequest(facts), cancellationToken);
        return new GridClient(_host.BaseAddress, host.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _root.Dispose();
    }
}

/// <summary>A host of a volunteer, as far as it asks and reports.</summary>
internal sealed class GridClient(Uri address, string? token)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public async Task<string> RequestAsync(ApplicationVersion application, IReadOnlyList<string> held, CancellationToken cancellationToken)
    {
        var answer = await PostAsync<WorkRequest, WorkAnswer>("api/grid/work", new WorkRequest(1, 1, 1L << 36, 1L << 40, [application], [], held, 0), cancellationToken);
        return answer.Assignments.Count == 1 ? answer.Assignments[0].Assignment.ResultId : throw new BenchmarkException($"A request was answered with {answer.Assignments.Count} results.");
    }

    public async Task<string> ReportAsync(ResultReport report, CancellationToken cancellationToken)
    {
        var answer = (await PostAsync<ReportRequest, ReportAnswers>("api/grid/reports", new ReportRequest([report]), cancellationToken)).Answers[0];
        return answer.Reason is null ? answer.State : $"{answer.State}: {answer.Reason}";
    }

    public async Task<TAnswer> PostAsync<TRequest, TAnswer>(string path, TRequest document, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path)) { Content = JsonContent.Create(document, options: GridJson.Options) };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await Http.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw new BenchmarkException($"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellationToken)}");
        return (await answer.Content.ReadFromJsonAsync<TAnswer>(GridJson.Options, cancellationToken))!;
    }
}
