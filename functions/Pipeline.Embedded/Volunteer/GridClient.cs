using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Embedded.Cli;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;

namespace Pipeline.Embedded.Volunteer;

/// <summary>The routes of <c>/api/grid</c> that a volunteer's client calls. A server that is away, one that refuses and one that answers
/// nonsense are told apart by the exception.</summary>
internal sealed class GridClient(HttpClient http, TimeProvider time) : IDisposable
{
    // A hostile server must not fill the memory with an answer.
    private const int MaxAnswerBytes = 8 << 20;

    // For an answer, and for each piece of a file: large ones may take as long as they come.
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(100);

    public Uri Address => http.BaseAddress!;

    /// <summary>A client without a token.</summary>
    public static GridClient Create(Uri url, TimeProvider time)
    {
        // It works for days, in which the server's address may change.
        var http = AppHttp.Create(url, handler => handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5));
        http.MaxResponseContentBufferSize = MaxAnswerBytes;
        return new GridClient(http, time);
    }

    /// <summary>Sends this token from now on.</summary>
    public void UseToken(string token) => http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public Task<VolunteerAnswer> RegisterVolunteerAsync(VolunteerRequest request, CancellationToken cancellationToken) => PostAsync<VolunteerRequest, VolunteerAnswer>("api/grid/volunteers", request, cancellationToken);

    public Task<HostAnswer> RegisterHostAsync(HostRequest request, CancellationToken cancellationToken) => PostAsync<HostRequest, HostAnswer>("api/grid/hosts", request, cancellationToken);

    public Task PutHostAsync(HostRequest request, CancellationToken cancellationToken) => ExchangeAsync(HttpMethod.Put, "api/grid/host", () => Json(request), (_, _, _) => Task.FromResult(true), cancellationToken);

    public Task<ApplicationList> ApplicationsAsync(CancellationToken cancellationToken) => ExchangeAsync(HttpMethod.Get, "api/grid/applications", null, ReadAsync<ApplicationList>, cancellationToken);

    public Task<WorkAnswer> WorkAsync(WorkRequest request, CancellationToken cancellationToken) => PostAsync<WorkRequest, WorkAnswer>("api/grid/work", request, cancellationToken);

    public Task<ReportAnswers> ReportAsync(ReportRequest request, CancellationToken cancellationToken) => PostAsync<ReportRequest, ReportAnswers>("api/grid/reports", request, cancellationToken);

    public Task<HeartbeatAnswer> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) => PostAsync<HeartbeatRequest, HeartbeatAnswer>("api/grid/heartbeat", request, cancellationToken);

    /// <summary>How far an upload is.</summary>
    public Task<UploadState> UploadStateAsync(string resultId, string sha256, CancellationToken cancellationToken) =>
        ExchangeAsync(HttpMethod.Head, UploadPath(resultId, sha256), null, (response, _, _) => Task.FromResult(new UploadState(
            resultId,
            Header(response, "Upload-Offset") is { } offset ? offset : throw new ServerAwayException("The answer lacks the header Upload-Offset."),
            response.Headers.TryGetValues("Upload-Complete", out var complete) && complete.Contains("?1"))), cancellationToken);

    /// <summary>Sends a part of a result's file.</summary>
    public Task<UploadState> UploadAsync(string resultId, string sha256, long offset, long total, ReadOnlyMemory<byte> part, CancellationToken cancellationToken) =>
        ExchangeAsync(HttpMethod.Put, UploadPath(resultId, sha256), () => new ReadOnlyMemoryContent(part)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream"), ContentRange = new ContentRangeHeaderValue(offset, offset + part.Length - 1, total) },
        }, ReadAsync<UploadState>, cancellationToken);

    /// <summary>Adds to a file what it lacks of an object, from its end on.</summary>
    /// <param name="path">The object's path, which was checked.</param>
    /// <param name="file">What is here already; the rest is written behind it.</param>
    /// <param name="limit">Bytes that the whole may have.</param>
    /// <param name="cancellationToken">Stops; what has come is kept.</param>
    /// <exception cref="UntrustedWorkException">The object is longer.</exception>
    public Task DownloadAsync(string path, FileStream file, long limit, CancellationToken cancellationToken) =>
        ExchangeAsync(HttpMethod.Get, $"api/grid/files/{path}", null, async (response, patience, token) =>
        {
            if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != file.Length)
                file.SetLength(0);
            file.Position = file.Length;
            await using var body = await response.Content.ReadAsStreamAsync(token);
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await body.ReadAsync(buffer, token)) > 0)
            {
                patience.CancelAfter(s_answerWithin);
                if (file.Length + read > limit)
                    throw new UntrustedWorkException($"'{path}' is longer than the {ByteSize.Format(limit)} that it may have.");
                await file.WriteAsync(buffer.AsMemory(0, read), token);
            }
            return true;
        }, cancellationToken, from: file.Length > 0 ? file.Length : null);

    public void Dispose() => http.Dispose();

    private static string UploadPath(string resultId, string sha256) => $"api/grid/results/{resultId}?sha256={sha256}";

    private static JsonContent Json<T>(T document) => JsonContent.Create(document, options: GridJson.Options);

    private Task<TAnswer> PostAsync<TRequest, TAnswer>(string path, TRequest request, CancellationToken cancellationToken) where TAnswer : class =>
        ExchangeAsync(HttpMethod.Post, path, () => Json(request), ReadAsync<TAnswer>, cancellationToken);

    private async Task<T> ExchangeAsync<T>(
        HttpMethod method, string path, Func<HttpContent>? body, Func<HttpResponseMessage, CancellationTokenSource, CancellationToken, Task<T>> read, CancellationToken cancellationToken, long? from = null)
    {
        using var limit = new CancellationTokenSource(s_answerWithin, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
        if (from is { } first)
            request.Headers.Range = new RangeHeaderValue(first, null);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            // There is nothing behind the end of what is here: it is all here.
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && from is not null)
                return default!;
            if (!response.IsSuccessStatusCode)
                throw await FailureAsync(response, either.Token);
            return await read(response, limit, either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is IOException && e is not FileNotFoundException && e.InnerException is System.Net.Sockets.SocketException))
        {
            throw new ServerAwayException(AppFaults.Unreachable(Address, e).Detail, inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServerAwayException($"The app at {Address} did not answer within {s_answerWithin.TotalSeconds} seconds.", inner: e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationTokenSource limit, CancellationToken cancellationToken) where T : class
    {
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken);
        try
        {
            return GridJson.Read<T>(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (SpecException e)
        {
            throw new ServerAwayException($"The answer is not one of Pipeline's: {e.Message}", inner: e);
        }
    }

    private async Task<Exception> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status408RequestTimeout or >= 500 or (>= 300 and < 400))
        {
            var after = response.Headers.RetryAfter is { } wish ? wish.Delta ?? (wish.Date - time.GetUtcNow()) : null;
            return new ServerAwayException($"The app at {Address} answers {status}{(status < 400 ? ", and points elsewhere" : "")}.", after);
        }
        var detail = $"{status} {response.ReasonPhrase}";
        if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            await response.Content.LoadIntoBufferAsync(64 * 1024, cancellationToken);
            try
            {
                detail = (await response.Content.ReadFromJsonAsync<Problem>(Responses.Json, cancellationToken))?.Detail ?? detail;
            }
            catch (JsonException)
            {
                // The status alone says enough.
            }
        }
        return new ServerRefusedException(response.StatusCode, Shown(detail)) { UploadOffset = Header(response, "Upload-Offset") };
    }

    // It goes to a terminal, for which a server's control characters are not meant.
    private static string Shown(string text) => new([.. text.Take(500).Select(c => char.IsControl(c) ? ' ' : c)]);

    private static long? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
