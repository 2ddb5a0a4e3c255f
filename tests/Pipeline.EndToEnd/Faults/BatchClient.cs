using System.Net;
using System.Net.Http.Json;
using System.Text;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Jobs;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Talks to a host that may die at any moment.</summary>
internal static class BatchClient
{
    public static async Task UploadAsync(this HttpClient http, string dataset, string path, byte[] content, CancellationToken cancellationToken)
    {
        using var answer = await http.PutAsync(Address($"api/datasets/{dataset}/files/{path}"), new ByteArrayContent(content), cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    public static Task<HttpResponseMessage> SubmitAsync(this HttpClient http, string id, string spec, CancellationToken cancellationToken) =>
        http.PostAsync(Address($"api/jobs?id={id}"), new StringContent(spec, Encoding.UTF8, "application/json"), cancellationToken);

    /// <summary>Makes sure that a job was accepted, as a client does that was not answered: it sends the job again under its id.</summary>
    public static async Task EnsureSubmittedAsync(this HttpClient http, string id, string spec, CancellationToken cancellationToken)
    {
        using var answer = await http.SubmitAsync(id, spec, cancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    public static async Task<JobView?> FindAsync(this HttpClient http, string id, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(Address($"api/jobs/{id}"), cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.Content.ReadFromJsonAsync<JobView>(Responses.Json, cancellationToken);
    }

    /// <summary>The job once it has ended.</summary>
    public static async Task<JobView> EndAsync(this HttpClient http, string id, CancellationToken cancellationToken) =>
        (await RunningApp.UntilAsync(() => http.FindAsync(id, cancellationToken), job => job!.Status is not (JobStatus.Pending or JobStatus.Running or JobStatus.Suspended)))!;

    /// <summary>The rows of a job that must complete, each as JSON values.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(this HttpClient http, string id, CancellationToken cancellationToken)
    {
        var job = await http.EndAsync(id, cancellationToken);
        Assert.True(job.Status == JobStatus.Completed, $"{id}: {job.Status} {job.Error}");
        var result = await http.GetFromJsonAsync<JobResult>(Address($"api/jobs/{id}/result?top=100000"), Responses.Json, cancellationToken);
        return [.. result!.Rows.Select(row => string.Join(", ", row.EnumerateArray().Select(value => value.GetRawText())))];
    }

    public static Uri Address(string path) => new(path, UriKind.Relative);
}
