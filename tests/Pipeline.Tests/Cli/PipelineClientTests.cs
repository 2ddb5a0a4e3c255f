using System.Net;
using System.Net.Sockets;
using System.Text;
using Pipeline.Embedded.Cli;

namespace Pipeline.Tests.Cli;

public sealed class PipelineClientTests : IAsyncLifetime
{
    private FakeApp _app = null!;
    private PipelineClient _client = null!;

    public async Task InitializeAsync()
    {
        _app = await FakeApp.StartAsync();
        _client = PipelineClient.Create(new Uri(_app.Url), "key");
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Submit_ASpec_PostsItsTextAsItIs()
    {
        const string text = "{ \"kind\":\"batch\", // mine\n }";
        _app.On("POST /api/jobs", Json.Accepted, 202);
        var accepted = await _client.SubmitAsync(Encoding.UTF8.GetBytes(text), default);
        Assert.Equal("j1", accepted.Id);
        var request = Assert.Single(_app.Requests);
        Assert.Equal((text, "key", "application/json"), (request.Body, request.Key, request.ContentType));
    }

    [Fact]
    public async Task ListJobs_WithFilters_EscapesThem()
    {
        _app.On("GET /api/jobs?top=5&kind=a%26b&status=Failed&continuationToken=x%2B%2F%3D", """{"jobs":[]}""");
        var page = await _client.ListJobsAsync("a&b", "Failed", 5, "x+/=", default);
        Assert.Empty(page.Jobs);
        Assert.Null(page.ContinuationToken);
    }

    [Fact]
    public async Task GetJob_AnIdWithASlash_StaysOneSegment()
    {
        _app.OnProblem("GET /api/jobs/..%2Fkeys", 404, "not-found", "There is no job '../keys'.");
        var e = await Assert.ThrowsAsync<CliException>(() => _client.GetJobAsync("../keys", default));
        Assert.Equal(ExitCode.NotFound, e.Fault.ExitCode);
        Assert.Equal("There is no job '../keys'.", e.Fault.Detail);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    public async Task GetJob_AnIdThatIsAPathStep_IsRefusedHere(string id)
    {
        var e = await Assert.ThrowsAsync<CliException>(() => _client.GetJobAsync(id, default));
        Assert.Equal(ExitCode.Usage, e.Fault.ExitCode);
        Assert.Empty(_app.Requests);
    }

    [Fact]
    public async Task UploadFile_AHivePath_KeepsItsFoldersAndEscapesTheirNames()
    {
        using var content = new ByteArrayContent([80, 65, 82, 49]);
        _app.On("PUT /api/datasets/flights/files/month%3D2001-01/a%20%23.parquet", "", 201);
        await _client.UploadFileAsync("flights", "month=2001-01/a #.parquet", content, default);
        Assert.Equal("PAR1", Assert.Single(_app.Requests).Body);
    }

    [Theory]
    [InlineData(400, "invalid-spec", ExitCode.InvalidInput)]
    [InlineData(413, "too-large", ExitCode.InvalidInput)]
    [InlineData(403, "forbidden", ExitCode.Unauthorized)]
    [InlineData(404, "not-found", ExitCode.NotFound)]
    [InlineData(409, "conflict", ExitCode.Conflict)]
    [InlineData(500, "unexpected", ExitCode.Unexpected)]
    [InlineData(507, "storage-full", ExitCode.Unexpected)]
    [InlineData(503, "starting", ExitCode.Unreachable)]
    public async Task AnyCall_AnswersAProblem_KeepsItAndPicksTheExitCode(int status, string type, int exitCode)
    {
        _app.OnProblem("GET /api/datasets", status, type, "Because.", """[{"pointer":"/a","detail":"one"},{"pointer":"/b","detail":"two"}]""");
        var fault = (await Assert.ThrowsAsync<CliException>(() => _client.ListDatasetsAsync(default))).Fault;
        Assert.Equal((exitCode, status, "Because.", $"urn:pipeline:problem:{type}"), (fault.ExitCode, fault.Status, fault.Detail, fault.Type));
        Assert.Equal([("/a", "one"), ("/b", "two")], fault.Errors!.Select(e => (e.Pointer, e.Detail)));
    }

    [Theory]
    [InlineData("key", "does not accept this key")]
    [InlineData(null, "wants a key")]
    public async Task AnyCall_Answers401_SaysHowToGiveTheKey(string? key, string says)
    {
        using var client = PipelineClient.Create(new Uri(_app.Url), key);
        _app.On("GET /api/datasets", "", 401);
        var fault = (await Assert.ThrowsAsync<CliException>(() => client.ListDatasetsAsync(default))).Fault;
        Assert.Equal(ExitCode.Unauthorized, fault.ExitCode);
        Assert.Contains(says, fault.Detail, StringComparison.Ordinal);
        Assert.Contains("--key", fault.Advice, StringComparison.Ordinal);
        Assert.Contains("PIPELINE_KEY", fault.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>", "text/html")]
    [InlineData(404, "<html>", "text/html")]
    [InlineData(200, "{\"jobs\":", "application/json")]
    [InlineData(200, "null", "application/json")]
    public async Task AnyCall_AnswersSomethingElse_SaysThatThisIsNotPipeline(int status, string body, string contentType)
    {
        _app.On("GET /api/datasets", body, status, contentType);
        var fault = (await Assert.ThrowsAsync<CliException>(() => _client.ListDatasetsAsync(default))).Fault;
        Assert.Equal(ExitCode.Unreachable, fault.ExitCode);
        Assert.Contains("is not one of Pipeline's", fault.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, ExitCode.Unexpected, "failed at GET /api/datasets: 500 Internal Server Error")]
    [InlineData(503, ExitCode.Unreachable, "is not there at the moment: 503 Service Unavailable")]
    public async Task AnyCall_AnswersAnErrorWithoutAProblem_SaysWhatFailed(int status, int exitCode, string says)
    {
        _app.On("GET /api/datasets", "", status, null);
        var fault = (await Assert.ThrowsAsync<CliException>(() => _client.ListDatasetsAsync(default))).Fault;
        Assert.Equal((exitCode, status), (fault.ExitCode, fault.Status));
        Assert.Contains(says, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCall_IsSentElsewhere_DoesNotTakeTheKeyThere()
    {
        await using var elsewhere = await FakeApp.StartAsync();
        _app.On("GET /api/datasets", "", 307, location: elsewhere.Url + "/api/datasets");
        var fault = (await Assert.ThrowsAsync<CliException>(() => _client.ListDatasetsAsync(default))).Fault;
        Assert.Equal(ExitCode.Unreachable, fault.ExitCode);
        Assert.Contains($"points elsewhere: to {elsewhere.Url}.", fault.Detail, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task AnyCall_NothingListens_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        using var client = PipelineClient.Create(new Uri($"http://127.0.0.1:{port}"), null);
        var fault = (await Assert.ThrowsAsync<CliException>(() => client.ListDatasetsAsync(default))).Fault;
        Assert.Equal(ExitCode.Unreachable, fault.ExitCode);
        Assert.Contains("nothing listens there", fault.Detail, StringComparison.Ordinal);
    }
}
