using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Pipeline.Grid.Applications;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Wire;

namespace Pipeline.EndToEnd.Grid;

/// <summary>A volunteer's host that outlives the server: it keeps what it was given, and asks again when the server is back. It may lie.</summary>
internal sealed class GridHost(int number, IGridApplication application, string referencePath, bool lies)
{
    private static readonly HostFacts Facts = new(4, 1L << 36, 1L << 40, 1e10, "test", "1.0");

    // What every host makes of a unit is the same, so it is computed once.
    private static readonly ConcurrentDictionary<string, Lazy<Task<byte[]>>> Computed = new();

    private readonly Dictionary<string, Assignment> _held = [];
    private string? _volunteer;
    private string? _token;

    /// <summary>Reports that the server has taken.</summary>
    public int Reported { get; private set; }

    /// <summary>Answers that a result had been reported before: the first answer was lost with the server.</summary>
    public int KnownBefore { get; private set; }

    /// <summary>Works until the server is gone or the time is up.</summary>
    public async Task WorkAsync(Uri server, Action reported, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };
        try
        {
            await JoinAsync(http, cancellationToken);
            while (true)
            {
                var asked = await PostAsync<WorkRequest, WorkAnswer>(http, "api/grid/work", new WorkRequest(10, 2, 1L << 36, 1L << 40, [new ApplicationVersion(application.Name, application.Version)], [], [.. _held.Keys], 1), cancellationToken);
                foreach (var work in asked.Assignments)
                    _held[work.Assignment.ResultId] = work.Assignment;
                foreach (var assignment in _held.Values.ToList())
                    await FinishAsync(http, assignment, reported, cancellationToken);
            }
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // The server is gone, or the test has seen enough.
        }
    }

    private async Task JoinAsync(HttpClient http, CancellationToken cancellationToken)
    {
        if (_token is null)
        {
            _volunteer ??= (await PostAsync<VolunteerRequest, VolunteerAnswer>(http, "api/grid/volunteers", new VolunteerRequest($"volunteer {number}"), cancellationToken)).Token;
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _volunteer);
            _token = (await PostAsync<HostRequest, HostAnswer>(http, "api/grid/hosts", new HostRequest(Facts), cancellationToken)).Token;
        }
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
    }

    private async Task FinishAsync(HttpClient http, Assignment assignment, Action reported, CancellationToken cancellationToken)
    {
        var result = await Computed.GetOrAdd(assignment.InputSha256, _ => new Lazy<Task<byte[]>>(() => ComputeAsync(http, assignment, cancellationToken))).Value;
        if (lies)
            result = [.. result.AsSpan(0, result.Length - 2), (byte)'x', (byte)'\n'];
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(result));
        using var content = new ByteArrayContent(result);
        content.Headers.ContentRange = new ContentRangeHeaderValue(0, result.Length - 1, result.Length);
        using var uploaded = await http.PutAsync(new Uri($"api/grid/results/{assignment.ResultId}?sha256={sha256}", UriKind.Relative), content, cancellationToken);
        // The result may be closed, or the file there already: its report tells.
        var report = new ResultReport(assignment.ResultId, true, null, 1, 1, 1e9, sha256, result.Length);
        var answer = (await PostAsync<ReportRequest, ReportAnswers>(http, "api/grid/reports", new ReportRequest([report]), cancellationToken)).Answers[0];
        Assert.True(answer.State != ReportAnswer.Refused, $"{assignment.ResultId}: {answer.Reason}");
        _held.Remove(assignment.ResultId);
        Reported += answer.State == ReportAnswer.Accepted ? 1 : 0;
        KnownBefore += answer.State == ReportAnswer.Known ? 1 : 0;
        reported();
    }

    private async Task<byte[]> ComputeAsync(HttpClient http, Assignment assignment, CancellationToken cancellationToken)
    {
        try
        {
            var input = await http.GetByteArrayAsync(new Uri($"api/grid/files/{assignment.InputPath}", UriKind.Relative), cancellationToken);
            var files = assignment.SharedFiles.ToDictionary(f => f.Name, _ => referencePath);
            using var computation = application.Open(new UnitPayload(assignment.UnitName, input, files), ReadOnlyMemory<byte>.Empty);
            while (!computation.Step(cancellationToken))
            {
            }
            return computation.Result().ToArray();
        }
        catch
        {
            Computed.TryRemove(assignment.InputSha256, out _);
            throw;
        }
    }

    private static async Task<TAnswer> PostAsync<TRequest, TAnswer>(HttpClient http, string path, TRequest document, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(new Uri(path, UriKind.Relative), document, GridJson.Options, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<TAnswer>(GridJson.Options, cancellationToken))!;
    }
}
