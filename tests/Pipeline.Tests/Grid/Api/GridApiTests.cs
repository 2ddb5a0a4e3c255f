using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Pipeline.Grid;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>What a volunteer's client may do over HTTP, and what it may not.</summary>
public sealed class GridApiTests : IAsyncLifetime
{
    private static readonly byte[] s_input = [1, 2, 3];
    private static readonly byte[] s_result = SumApplication.Result(s_input);

    private GridServer _server = null!;

    public async Task InitializeAsync() => _server = await GridServer.StartAsync(
        settings: new Dictionary<string, string?> { ["PipelineGridHostRequestsPerSecond"] = "1000", ["PipelineGridAddressRequestsPerSecond"] = "1000" });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Join_VolunteerAndHost_LeaveNoTokenInTheStore()
    {
        var host = await _server.JoinAsync();

        var secrets = new[] { host.Token, host.VolunteerToken }.Select(token => token.Split('.')[2]).ToList();
        var files = Directory.EnumerateFiles(Path.Combine(_server.Root, "store"), "*", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.True(files.Count >= 3);
        Assert.DoesNotContain(files, file => secrets.Any(secret => file.Contains(secret, StringComparison.Ordinal)));
        Assert.Equal(1, _server.Scheduler.Hosts);
    }

    [SkippableFact]
    public async Task Join_OverADirectory_KeepsTheSecretsFromOtherUsers()
    {
        await _server.JoinAsync();

        if (OperatingSystem.IsWindows())
            throw new SkipException("There are no such modes.");
        var mode = File.GetUnixFileMode(Path.Combine(_server.Root, "store", "grid-secrets"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, mode);
    }

    [Fact]
    public async Task Work_Assignment_IsSignedForThisHost()
    {
        var host = await _server.JoinAsync();
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);

        var signed = Assert.Single((await host.WorkAsync()).Assignments);

        using var key = ProjectPublicKey.Parse(host.ProjectKey.PublicKey);
        Assert.True(key.Verify(SignedContent.Of(host.Key.HostId, signed.Assignment), signed.Signature));
        Assert.False(key.Verify(SignedContent.Of("another", signed.Assignment), signed.Signature));
        var applications = await _server.Http.GetFromJsonAsync<ApplicationList>("api/grid/applications", GridJson.Options);
        Assert.All(applications!.Applications, application => Assert.True(key.Verify(SignedContent.Of(application.Application), application.Signature)));
        Assert.Equal(host.ProjectKey, await _server.Http.GetFromJsonAsync<ProjectKeyAnswer>("api/grid/key", GridJson.Options));
    }

    [Fact]
    public async Task Result_UploadedAndReported_IsTaken()
    {
        var host = await _server.JoinAsync();
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await host.WorkAsync();

        var state = await GridServer.ReadAsync<UploadState>(await host.UploadAsync(work.ResultId, s_result));
        Assert.Equal(new UploadState(work.ResultId, s_result.Length, true), state);
        Assert.Equal(ReportAnswer.Accepted, (await host.ReportAsync(GridHost.Done(work.ResultId, s_result))).State);

        Assert.Equal(s_result, await _server.ResultAsync(work));
        Assert.Equal(ReportAnswer.Known, (await host.ReportAsync(GridHost.Done(work.ResultId, s_result))).State);
        Assert.Single(_server.Scheduler.Reports);
        var leaderboard = await _server.Http.GetFromJsonAsync<Leaderboard>("api/grid/leaderboard", GridJson.Options);
        Assert.Equal("ada", Assert.Single(leaderboard!.Rows).Name);
    }

    [Fact]
    public async Task Upload_ConnectionThatBreaks_GoesOnFromWhatHasCome()
    {
        var host = await _server.JoinAsync();
        var content = new byte[200_000];
        new Random(8).NextBytes(content);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await host.WorkAsync();
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(_server.Url.Host, _server.Url.Port);
            var head = $"PUT /{GridHost.UploadPath(work.ResultId, GridHost.Hash(content))} HTTP/1.1\r\nHost: {_server.Url.Authority}\r\nAuthorization: Bearer {host.Token}\r\n" +
                $"Content-Range: bytes 0-{content.Length - 1}/{content.Length}\r\nContent-Length: {content.Length}\r\nExpect: 100-continue\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
            // The app reads the body from here on.
            Assert.True(await socket.GetStream().ReadAsync(new byte[100]) > 0);
            await socket.GetStream().WriteAsync(content.AsMemory(0, 77_777));
        }

        // What the web server had not handed over when the connection went is lost, and may be all of it.
        var offset = 0;
        for (var asked = 0; offset == 0 && asked < 100; asked++)
        {
            using var ask = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, GridHost.UploadPath(work.ResultId, GridHost.Hash(content))));
            Assert.Equal(HttpStatusCode.NoContent, ask.StatusCode);
            offset = int.Parse(ask.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
        }
        Assert.InRange(offset, 0, 77_777);
        Assert.True((await GridServer.ReadAsync<UploadState>(await host.UploadAsync(work.ResultId, content, offset))).Complete);
        Assert.Equal(content, await _server.ResultAsync(work));
    }

    [Fact]
    public async Task Report_WithoutTheFile_IsRefusedAndMayComeAgain()
    {
        var host = await _server.JoinAsync();
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await host.WorkAsync();

        var answer = await host.ReportAsync(GridHost.Done(work.ResultId, s_result));
        Assert.Equal(ReportAnswer.Refused, answer.State);
        Assert.Contains("Upload it", answer.Reason, StringComparison.Ordinal);
        Assert.Empty(_server.Scheduler.Reports);
    }

    [Fact]
    public async Task Upload_ResultOfAnother_IsNotFoundAndChangesNothing()
    {
        var (owner, thief) = (await _server.JoinAsync(), await _server.JoinAsync("eve"));
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await owner.WorkAsync();

        using var upload = await thief.UploadAsync(work.ResultId, s_result);
        Assert.Equal(HttpStatusCode.NotFound, upload.StatusCode);
        Assert.Equal(ReportAnswer.Refused, (await thief.ReportAsync(GridHost.Done(work.ResultId, s_result))).State);
        Assert.Null(await _server.ResultAsync(work));
        Assert.Empty(_server.Scheduler.Reports);
    }

    [Fact]
    public async Task Upload_AfterTheReport_CannotChangeTheResult()
    {
        var host = await _server.JoinAsync();
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await host.WorkAsync();
        (await host.UploadAsync(work.ResultId, s_result)).Dispose();
        await host.ReportAsync(GridHost.Done(work.ResultId, s_result));

        using var again = await host.UploadAsync(work.ResultId, [9, 9, 9]);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal(s_result, await _server.ResultAsync(work));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("h.aaaaaaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("h.../../../hosts/aaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("x.aaaaaaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task AnyRoute_ForgedToken_Is401(string token)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "api/grid/work"), (HttpMethod.Post, "api/grid/reports"), (HttpMethod.Post, "api/grid/heartbeat"), (HttpMethod.Post, "api/grid/hosts"), (HttpMethod.Get, "api/grid/host"), (HttpMethod.Get, "api/grid/files/inputs/a/b"), (HttpMethod.Put, "api/grid/results/r1") })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            using var response = await _server.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            await AssertProblemAsync(response);
        }
    }

    [Fact]
    public async Task AnyRoute_RightIdWithAnotherSecret_Is401()
    {
        var (host, other) = (await _server.JoinAsync(), await _server.JoinAsync());
        var forged = string.Join('.', host.Token.Split('.')[..2].Append(other.Token.Split('.')[2]));
        using var http = new HttpClient { BaseAddress = _server.Url, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", forged) } };

        using var response = await http.PostAsJsonAsync("api/grid/work", GridHost.AnyWork, GridJson.Options);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task HostRoutes_VolunteersToken_IsTheWrongOne()
    {
        var host = await _server.JoinAsync();
        host.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", host.VolunteerToken);

        using var response = await host.PostAsync("api/grid/work", GridHost.AnyWork);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("inputs/job-1/../../grid-secrets/project-key.pem")]
    [InlineData("inputs/job-1/%2e%2e/%2e%2e/project-key.pem")]
    [InlineData("inputs/..%2f..%2fgrid-secrets/project-key.pem")]
    [InlineData("..\\grid-secrets\\project-key.pem")]
    [InlineData("results/job-1/r1")]
    [InlineData("0/log/000000000001")]
    [InlineData("files/ABCDEF")]
    [InlineData("inputs//u1")]
    public async Task Download_PathTricks_AreNotFound(string path)
    {
        var host = await _server.JoinAsync();
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await _server.Store.WriteAsync(GridFiles.Container, "results/job-1/r1", new MemoryStream([1]), WriteCondition.None, CancellationToken.None);
        await _server.Store.WriteAsync(GridFiles.Container, "0/log/000000000001", new MemoryStream([1]), WriteCondition.None, CancellationToken.None);

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Url.AbsoluteUri + "api/grid/files/" + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Download_Range_IsThatPartOfTheFile()
    {
        var host = await _server.JoinAsync();
        var content = new byte[700_000];
        new Random(5).NextBytes(content);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", content);

        Assert.Equal(content, await host.Http.GetByteArrayAsync($"api/grid/files/{work.InputPath}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/grid/files/{work.InputPath}") { Headers = { Range = new RangeHeaderValue(300_001, null) } };
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(content[300_001..], await response.Content.ReadAsByteArrayAsync());
        request.Dispose();
        using var beyond = new HttpRequestMessage(HttpMethod.Get, $"api/grid/files/{work.InputPath}") { Headers = { Range = new RangeHeaderValue(700_000, null) } };
        using var nothing = await host.Http.SendAsync(beyond);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, nothing.StatusCode);
    }

    [Theory]
    [InlineData("api/grid/work", "{", ProblemTypes.MalformedJson)]
    [InlineData("api/grid/work", "null", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/work", "{}", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/work", """{"seconds":1,"maxTasks":1,"memoryBytes":1,"diskBytes":1,"applications":null,"cachedFiles":[],"heldResults":[],"waitSeconds":0}""", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/work", """{"seconds":-1,"maxTasks":100000,"memoryBytes":1,"diskBytes":1,"applications":[null],"cachedFiles":["../x"],"heldResults":["a/b"],"waitSeconds":900}""", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/reports", """{"reports":[]}""", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/reports", """{"reports":[{"resultId":"../x","success":true,"error":null,"cpuSeconds":1e300,"elapsedSeconds":0,"claimedCredit":1e300,"resultSha256":"zz","resultBytes":-1}]}""", ProblemTypes.InvalidRequest)]
    [InlineData("api/grid/heartbeat", """{"tasks":[{"resultId":"r","fractionDone":7,"cpuSeconds":-1}]}""", ProblemTypes.InvalidRequest)]
    public async Task Post_MalformedDocument_IsAProblem(string path, string body, string type)
    {
        var host = await _server.JoinAsync();
        using var response = await host.Http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(type, (await AssertProblemAsync(response)).Type);
    }

    [Fact]
    public async Task Post_ManyFaults_AreNamedAllAtOnce()
    {
        var host = await _server.JoinAsync();
        using var response = await host.PostAsync("api/grid/work", GridHost.AnyWork with { MaxTasks = -1, WaitSeconds = 1e9, HeldResults = ["ok", "../no"] });
        var problem = await AssertProblemAsync(response);
        Assert.Equal(["/maxTasks", "/waitSeconds", "/heldResults/1"], problem.Errors!.Select(error => error.Pointer));
    }

    [Fact]
    public async Task Post_TooLargeADocument_Is413()
    {
        var host = await _server.JoinAsync();
        using var response = await host.Http.PostAsync("api/grid/reports", new StringContent(new string(' ', 600_000), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await AssertProblemAsync(response);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a name of far more than the fifty characters that there are for one")]
    [InlineData("two\nlines")]
    public async Task Join_BadName_IsRefused(string name)
    {
        using var response = await _server.Http.PostAsJsonAsync("api/grid/volunteers", new VolunteerRequest(name), GridJson.Options);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("/name", Assert.Single((await AssertProblemAsync(response)).Errors!).Pointer);
    }

    [Fact]
    public async Task Ban_Host_GetsNoMoreWorkUntilItIsReadmitted()
    {
        var host = await _server.JoinAsync();
        using var admin = new HttpClient { BaseAddress = _server.Url, DefaultRequestHeaders = { { "x-functions-key", _server.FunctionKey } } };

        using var ban = await admin.PostAsync($"api/grid/hosts/{host.Key.HostId}/ban", null);
        Assert.Equal(HttpStatusCode.NoContent, ban.StatusCode);
        using var refused = await host.PostAsync("api/grid/work", GridHost.AnyWork);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await AssertProblemAsync(refused);
        using var readmit = await admin.PostAsync($"api/grid/hosts/{host.Key.HostId}/readmit", null);
        Assert.Equal(HttpStatusCode.NoContent, readmit.StatusCode);
        Assert.Empty((await host.WorkAsync()).Assignments);
        using var unknown = await admin.PostAsync("api/grid/hosts/nobody/ban", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains(host.Key.HostId, await admin.GetStringAsync("api/grid/hosts"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administration_WithATokenButNoKey_IsRefused()
    {
        var host = await _server.JoinAsync();
        using var response = await host.Http.PostAsync($"api/grid/hosts/{host.Key.HostId}/ban", null);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        using var list = await host.Http.GetAsync("api/grid/hosts");
        Assert.Equal(HttpStatusCode.Unauthorized, list.StatusCode);
    }

    [Fact]
    public async Task Heartbeat_AbortedAndLostResults_AreTold()
    {
        var host = await _server.JoinAsync();
        var (one, two) = (await _server.Scheduler.AddAsync(_server.Store, "u1", s_input), await _server.Scheduler.AddAsync(_server.Store, "u2", s_input));
        await host.WorkAsync(GridHost.AnyWork with { MaxTasks = 2 });
        _server.Scheduler.Abort(one.ResultId);

        var answer = await GridServer.ReadAsync<HeartbeatAnswer>(await host.PostAsync("api/grid/heartbeat", new HeartbeatRequest([new TaskProgress(one.ResultId, 0.5, 1)])));
        Assert.Equal([one.ResultId], answer.Abort);
        Assert.Equal(two.ResultId, Assert.Single(answer.Resend).Assignment.ResultId);
    }

    private static async Task<Problem> AssertProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = (await response.Content.ReadFromJsonAsync<Problem>(Responses.Json))!;
        Assert.Equal((int)response.StatusCode, problem.Status);
        return problem;
    }
}
