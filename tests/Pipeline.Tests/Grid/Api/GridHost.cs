using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.Tests.Grid.Api;

/// <summary>A registered host that speaks plain HTTP, right or wrong as the test wants.</summary>
internal sealed record GridHost(HttpClient Http, HostKey Key, string VolunteerToken, string Token, ProjectKeyAnswer ProjectKey)
{
    public static readonly WorkRequest AnyWork = new(3600, 1, 1L << 32, 1L << 32, [new ApplicationVersion("sum", 1)], [], [], 0);

    public Task<HttpResponseMessage> PostAsync<T>(string path, T body) => Http.PostAsJsonAsync(path, body, GridJson.Options);

    public async Task<WorkAnswer> WorkAsync(WorkRequest? request = null) => await GridServer.ReadAsync<WorkAnswer>(await PostAsync("api/grid/work", request ?? AnyWork));

    public Task<HttpResponseMessage> UploadAsync(string resultId, byte[] content, int from = 0, int? count = null, string? sha256 = null, long? total = null)
    {
        var part = content.AsMemory(from, count ?? content.Length - from);
        return Http.PutAsync(UploadPath(resultId, sha256 ?? Hash(content)), new ReadOnlyMemoryContent(part)
        {
            Headers = { ContentRange = new ContentRangeHeaderValue(from, from + part.Length - 1, total ?? content.Length) },
        });
    }

    public async Task<ReportAnswer> ReportAsync(ResultReport report) =>
        Assert.Single((await GridServer.ReadAsync<ReportAnswers>(await PostAsync("api/grid/reports", new ReportRequest([report])))).Answers);

    public static string UploadPath(string resultId, string sha256) => $"api/grid/results/{resultId}?sha256={sha256}";

    public static ResultReport Done(string resultId, byte[] content) => new(resultId, true, null, 1, 1, 1, Hash(content), content.Length);

    public static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
