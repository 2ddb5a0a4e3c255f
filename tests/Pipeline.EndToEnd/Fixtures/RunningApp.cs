using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Fixtures;

/// <summary>The whole app, embedded in this process on a free port, spoken to over HTTP as any client does.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    private readonly EmbeddedHost _host;
    private readonly string? _ownRoot;

    private RunningApp(EmbeddedHost host, string root, bool ownsRoot)
    {
        _host = host;
        Root = root;
        _ownRoot = ownsRoot ? root : null;
        Http = new HttpClient { BaseAddress = host.BaseAddress, DefaultRequestHeaders = { { "x-functions-key", host.FunctionKey } } };
    }

    /// <summary>Carries the function key.</summary>
    public HttpClient Http { get; }

    /// <summary>The directory of everything that the app keeps.</summary>
    public string Root { get; }

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the app.</summary>
    /// <param name="connectionString">Azure Blob storage; null for a directory.</param>
    /// <param name="root">A directory that outlives the app; null for one that goes with it.</param>
    /// <param name="settings">Settings of the app.</param>
    public static async Task<RunningApp> StartAsync(string? connectionString = null, string? root = null, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var directory = root ?? Directory.CreateTempSubdirectory("pipeline-app-").FullName;
        var host = await EmbeddedHost.StartAsync(new EmbeddedHostOptions
        {
            Root = directory,
            Url = new Uri("http://127.0.0.1:0"),
            StorageConnectionString = connectionString,
            LogLevel = LogLevel.Warning,
            Settings = settings ?? new Dictionary<string, string?>(),
        });
        return new RunningApp(host, directory, root is null);
    }

    /// <summary>Uploads a Parquet file into a dataset.</summary>
    public async Task UploadAsync(string dataset, string path, byte[] content)
    {
        using var response = await Http.PutAsync(new Uri($"api/datasets/{dataset}/files/{path}", UriKind.Relative), new ByteArrayContent(content));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a spec and gives the answer, whatever it is.</summary>
    public Task<HttpResponseMessage> PostAsync(string spec, string route = "api/jobs") =>
        Http.PostAsync(new Uri(route, UriKind.Relative), new StringContent(spec, Encoding.UTF8, "application/json"));

    /// <summary>Sends a spec that must be accepted, and gives the job's id.</summary>
    public async Task<string> SubmitAsync(string spec)
    {
        using var response = await PostAsync(spec);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JobAccepted>(Responses.Json))!.Id;
    }

    /// <summary>Sends a spec that must be refused, and gives the problem.</summary>
    public async Task<Problem> RefusedAsync(string spec, string route = "api/jobs")
    {
        using var response = await PostAsync(spec, route);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (await response.Content.ReadFromJsonAsync<Problem>(Responses.Json))!;
        Assert.Equal((int)response.StatusCode, problem.Status);
        return problem;
    }

    /// <summary>The job as it stands.</summary>
    public async Task<JobView> GetAsync(string id) => (await Http.GetFromJsonAsync<JobView>($"api/jobs/{id}", Responses.Json))!;

    /// <summary>The job once it has ended.</summary>
    public async Task<JobView> EndAsync(string id) =>
        await UntilAsync(() => GetAsync(id), job => job.Status is not (JobStatus.Pending or JobStatus.Running or JobStatus.Suspended));

    /// <summary>The rows of a job that must complete.</summary>
    public async Task<JobResult> ResultAsync(string id, int top = 1_000)
    {
        var job = await EndAsync(id);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Status}: {job.Error}");
        return (await Http.GetFromJsonAsync<JobResult>($"api/jobs/{id}/result?top={top}", Responses.Json))!;
    }

    /// <summary>Runs a spec to its rows.</summary>
    public async Task<JobResult> RunAsync(string spec) => await ResultAsync(await SubmitAsync(spec));

    /// <summary>Asks until the answer is the wanted one; gives up after two minutes.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        T answer;
        while (!wanted(answer = await ask()))
            await timer.WaitForNextTickAsync(patience.Token);
        return answer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
        if (_ownRoot is not null)
            Directory.Delete(_ownRoot, recursive: true);
    }
}
