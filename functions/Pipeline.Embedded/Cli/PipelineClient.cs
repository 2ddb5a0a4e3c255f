using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Jobs;
using Pipeline.Embedded.Cli.Uploads;
using Pipeline.Storage;

namespace Pipeline.Embedded.Cli;

/// <summary>The HTTP API as methods. Every answer that is not a success becomes a <see cref="CliException"/> with the exit code
/// that it stands for.</summary>
/// <param name="http">Its base address is the app's and ends with a slash; it carries the key.</param>
internal sealed partial class PipelineClient(HttpClient http) : IDisposable
{
    // Enough for the slowest answer of a healthy app (a plan over many footers); uploads have no limit of their own.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(5);

    /// <summary>Where the app is.</summary>
    public Uri Address => http.BaseAddress!;

    /// <summary>A client for the app at <paramref name="url"/>.</summary>
    public static PipelineClient Create(Uri url, string? key) => new(CreateHttp(url, key));

    /// <summary>The way to the app at <paramref name="url"/>, without a time limit.</summary>
    public static HttpClient CreateHttp(Uri url, string? key)
    {
        var http = AppHttp.Create(url, handler => handler.AutomaticDecompression = DecompressionMethods.All);
        if (!string.IsNullOrEmpty(key))
            http.DefaultRequestHeaders.Add("x-functions-key", key);
        return http;
    }

    /// <summary>Starts a job; its text goes to the app as it is.</summary>
    public Task<JobAccepted> SubmitAsync(ReadOnlyMemory<byte> spec, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "api/jobs", Json(spec), CliJson.Default.JobAccepted, cancellationToken);

    /// <summary>Explains a job without running it.</summary>
    public Task<JobPlan> PlanAsync(ReadOnlyMemory<byte> spec, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "api/jobs/plan", Json(spec), CliJson.Default.JobPlan, cancellationToken);

    /// <summary>One page of jobs, newest first.</summary>
    public Task<JobPage> ListJobsAsync(string? kind, string? status, int top, string? continuationToken, CancellationToken cancellationToken)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"api/jobs?top={top}");
        if (kind is not null)
            query += $"&kind={Uri.EscapeDataString(kind)}";
        if (status is not null)
            query += $"&status={Uri.EscapeDataString(status)}";
        if (continuationToken is not null)
            query += $"&continuationToken={Uri.EscapeDataString(continuationToken)}";
        return SendAsync(HttpMethod.Get, query, null, CliJson.Default.JobPage, cancellationToken);
    }

    /// <summary>One job.</summary>
    public Task<JobView> GetJobAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, JobPath(id), null, CliJson.Default.JobView, cancellationToken);

    /// <summary>The first rows of a completed job.</summary>
    public Task<JobResult> GetResultAsync(string id, int top, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{JobPath(id)}/result?top={top}"), null, CliJson.Default.JobResult, cancellationToken);

    /// <summary>Asks a job to stop.</summary>
    public Task CancelJobAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, JobPath(id), null, cancellationToken);

    /// <summary>Starts another job with the spec of one.</summary>
    public Task<JobAccepted> RestartAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{JobPath(id)}/restart", null, CliJson.Default.JobAccepted, cancellationToken);

    /// <summary>All datasets.</summary>
    public Task<DatasetView[]> ListDatasetsAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, "api/datasets", null, CliJson.Default.DatasetViewArray, cancellationToken);

    /// <summary>Writes one file of a dataset.</summary>
    /// <param name="dataset">The dataset's name.</param>
    /// <param name="path">The file's path in it, with <c>/</c> between folders.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="cancellationToken">Gives up; the app keeps no partial file.</param>
    public Task UploadFileAsync(string dataset, string path, HttpContent file, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"{DatasetPath(dataset)}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", file, cancellationToken);

    /// <summary>Closes an upload: its data may be used from now on.</summary>
    public Task<DatasetView> CompleteUploadAsync(string dataset, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"{DatasetPath(dataset)}/complete", null, CliJson.Default.DatasetView, cancellationToken);

    public void Dispose() => http.Dispose();

    private static string JobPath(string id) => $"api/jobs/{Segment(id, "job id")}";

    private static string DatasetPath(string name) => $"api/datasets/{Segment(name, "dataset name")}";

    // "." and ".." would be folded into the path before the app sees them.
    private static string Segment(string text, string what) => text is not ("" or "." or "..")
        ? Uri.EscapeDataString(text)
        : throw new CliException(CliFault.Usage($"'{text}' is not a {what}."));

    private static ReadOnlyMemoryContent Json(ReadOnlyMemory<byte> text) =>
        new(text) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private Task<bool> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) =>
        ExchangeAsync(method, path, body, (_, _) => Task.FromResult(true), cancellationToken);

    private Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        ExchangeAsync(method, path, body, (response, token) => ReadAsync(response, type, token), cancellationToken);

    private async Task<T> ExchangeAsync<T>(
        HttpMethod method, string path, HttpContent? body, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (body is not FileUpload)
            limit.CancelAfter(AnswerWithin);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Accept.ParseAdd("application/json");
        // An app that refuses a file says so before its bytes are sent.
        request.Headers.ExpectContinue = body is FileUpload;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!response.IsSuccessStatusCode)
                throw new CliException(await AppFaults.ReadAsync(response, Address, limit.Token));
            return await read(response, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new CliException(AppFaults.Unreachable(Address, e), e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliException(CliFault.Unreachable($"The app at {Address} did not answer within {AnswerWithin.Minutes} minutes."), e);
        }
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(stream, type, cancellationToken) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException e)
        {
            throw new CliException(AppFaults.NotPipeline(Address, response, e.Message), e);
        }
    }
}
