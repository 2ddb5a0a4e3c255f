using System.Text.Json.Nodes;
using Pipeline.Embedded.Volunteer;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Signing;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Grid.Api;

/// <summary>A volunteer's client against the real API: what it computes, what it survives, and what it does not run.</summary>
public sealed class VolunteerTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] s_input = [.. Enumerable.Range(1, 20).Select(i => (byte)i)];

    private readonly TemporaryFolder _folder = new();
    private readonly SumApplication _sum = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));
    private GridServer _server = null!;

    private static IReadOnlyDictionary<string, string?> NoLimits { get; } = new Dictionary<string, string?>
    {
        ["PipelineGridHostRequestsPerSecond"] = "10000",
        ["PipelineGridAddressRequestsPerSecond"] = "10000",
    };

    private VolunteerSettings Settings => RunningVolunteer.Settings(_server.Url, _folder["volunteer"]);

    private CancellationToken Patience => _patience.Token;

    public async Task InitializeAsync() => _server = await GridServer.StartAsync(settings: NoLimits);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _folder.Dispose();
        _patience.Dispose();
    }

    [Fact]
    public async Task Run_SeveralTasks_UploadsEveryResultAndLeavesWhenIdle()
    {
        var works = new List<Assignment>();
        for (var i = 0; i < 5; i++)
            works.Add(await _server.Scheduler.AddAsync(_server.Store, $"u{i}", [.. s_input, (byte)i]));

        await using var volunteer = RunningVolunteer.Start(Settings with { Tasks = 3, UntilIdle = true }, _sum);
        await volunteer.Running.WaitAsync(Patience);

        Assert.Equal((5, 0), (volunteer.Agent.Status.Reported, volunteer.Agent.Status.Failed));
        for (var i = 0; i < 5; i++)
            Assert.Equal(SumApplication.Result([.. s_input, (byte)i]), await _server.ResultAsync(works[i]));
        Assert.Equal(5, _server.Scheduler.Reports.Count);
        Assert.Empty(Directory.EnumerateDirectories(_folder["volunteer", "tasks"]));
    }

    [Fact]
    public async Task Run_Count_LeavesAfterSoManyResults()
    {
        for (var i = 0; i < 5; i++)
            await _server.Scheduler.AddAsync(_server.Store, $"u{i}", s_input);

        await using var volunteer = RunningVolunteer.Start(Settings with { Tasks = 4, Count = 2 }, _sum);
        await volunteer.Running.WaitAsync(Patience);
        Assert.Equal(2, _server.Scheduler.Reports.Count);
    }

    [Fact]
    public async Task Stop_WhileATaskRuns_GoesOnFromItsCheckpointAsTheSameHost()
    {
        _sum.Allow(12);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using (var first = RunningVolunteer.Start(Settings, _sum))
        {
            await _sum.SteppedAsync(12, Patience);
            await first.StopAsync();
        }
        _sum.Allow(8);
        await using var second = RunningVolunteer.Start(Settings with { Count = 1 }, _sum);
        await second.Running.WaitAsync(Patience);

        Assert.Equal(SumApplication.Result(s_input), await _server.ResultAsync(work));
        Assert.Equal(20, _sum.Steps);
        Assert.Contains("from its checkpoint", second.Events.Single(what => what.Event == "started").Text, StringComparison.Ordinal);
        Assert.Equal(1, _server.Scheduler.Hosts);
    }

    [Fact]
    public async Task Start_DamagedCheckpoint_BeginsAnew()
    {
        _sum.Allow(12);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using (var first = RunningVolunteer.Start(Settings, _sum))
        {
            await _sum.SteppedAsync(12, Patience);
            await first.StopAsync();
        }
        var checkpoint = _folder["volunteer", "tasks", $"t-{work.ResultId}", "checkpoint"];
        var bytes = await File.ReadAllBytesAsync(checkpoint);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(checkpoint, bytes);

        _sum.Allow(int.MaxValue);
        await using var second = RunningVolunteer.Start(Settings with { Count = 1 }, _sum);
        await second.Running.WaitAsync(Patience);
        Assert.Equal(SumApplication.Result(s_input), await _server.ResultAsync(work));
        Assert.Equal(32, _sum.Steps);
    }

    [Fact]
    public async Task Start_ResultThatWasNotReported_IsSentWithoutComputingAgain()
    {
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        var away = new Outage("/api/grid/reports");
        await using (var first = RunningVolunteer.Start(Settings, _sum, away))
        {
            await away.Hit.Task.WaitAsync(Patience);
            await first.StopAsync();
        }
        Assert.Empty(_server.Scheduler.Reports);

        await using var second = RunningVolunteer.Start(Settings with { Count = 1 }, _sum);
        await second.Running.WaitAsync(Patience);
        Assert.Equal(work.ResultId, Assert.Single(_server.Scheduler.Reports).Report.ResultId);
        Assert.Equal(20, _sum.Steps);
    }

    [Fact]
    public async Task Server_AwayForAWhile_IsAskedAgainUntilItIsBack()
    {
        var (root, url) = (_folder["server"], _server.Url);
        await _server.DisposeAsync();
        Directory.CreateDirectory(root);
        _server = await GridServer.StartAsync(settings: NoLimits, root: root, url: url);
        await using var volunteer = RunningVolunteer.Start(Settings with { Count = 1 }, _sum);
        await volunteer.EventAsync("registered", Patience);

        await _server.DisposeAsync();
        await volunteer.EventAsync("away", Patience);
        _server = await GridServer.StartAsync(settings: NoLimits, root: root, url: url);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await volunteer.Running.WaitAsync(Patience);

        Assert.Contains(volunteer.Events, what => what.Event == "back");
        Assert.Equal(SumApplication.Result(s_input), await _server.ResultAsync(work));
    }

    [Fact]
    public async Task Abort_ByTheServer_GivesTheTaskUp()
    {
        _sum.Allow(3);
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using var volunteer = RunningVolunteer.Start(Settings, _sum);
        await _sum.SteppedAsync(3, Patience);
        _server.Scheduler.Abort(work.ResultId);

        Assert.Equal(work.ResultId, (await volunteer.EventAsync("aborted", Patience)).ResultId);
        Assert.Empty(volunteer.Agent.Status.Tasks);
        Assert.False(Directory.Exists(_folder["volunteer", "tasks", $"t-{work.ResultId}"]));
        Assert.Empty(_server.Scheduler.Reports);
    }

    [Fact]
    public async Task Heartbeat_TaskThatWasLost_IsTakenUpAgain()
    {
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        _sum.Allow(3);
        await using (var first = RunningVolunteer.Start(Settings, _sum))
        {
            await _sum.SteppedAsync(3, Patience);
            await first.StopAsync();
        }
        Directory.Delete(_folder["volunteer", "tasks", $"t-{work.ResultId}"], recursive: true);

        _sum.Allow(int.MaxValue);
        await using var second = RunningVolunteer.Start(Settings with { Count = 1 }, _sum);
        await second.Running.WaitAsync(Patience);
        Assert.Equal(SumApplication.Result(s_input), await _server.ResultAsync(work));
    }

    [Fact]
    public async Task Start_MoreTasksThanWanted_RunsThemOneAfterTheOther()
    {
        _sum.Allow(0);
        for (var i = 0; i < 3; i++)
            await _server.Scheduler.AddAsync(_server.Store, $"u{i}", s_input);
        await using (var first = RunningVolunteer.Start(Settings with { Tasks = 3 }, _sum))
        {
            await first.EventsAsync("started", 3, Patience);
            await first.StopAsync();
        }

        var (running, most) = (0, 0);
        _sum.OnStep = () => most = Math.Max(most, running);
        _sum.Allow(int.MaxValue);
        await using var second = RunningVolunteer.Start(Settings with { Tasks = 1, Count = 3 }, _sum, told: what => running += what.Event switch { "started" => 1, "finished" => -1, _ => 0 });
        await second.Running.WaitAsync(Patience);
        Assert.Equal(1, most);
        Assert.Equal(3, _server.Scheduler.Reports.Count);
    }

    [Fact]
    public async Task PauseFile_WhileItExists_ComputesNothing()
    {
        var pause = _folder["pause"];
        await File.WriteAllTextAsync(pause, "");
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using var volunteer = RunningVolunteer.Start(Settings with { Count = 1, PauseFile = pause }, _sum);
        await volunteer.EventAsync("paused", Patience);
        Assert.Equal("paused", volunteer.Agent.Status.State);
        Assert.False(volunteer.Running.IsCompleted);

        File.Delete(pause);
        await volunteer.Running.WaitAsync(Patience);
        Assert.Single(_server.Scheduler.Reports);
    }

    [Theory]
    [InlineData(-365)]
    [InlineData(365)]
    public async Task Clock_OffByAYear_ChangesNothing(int days)
    {
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using var volunteer = RunningVolunteer.Start(Settings with { Count = 1, Time = new SkewedTime(TimeSpan.FromDays(days)) }, _sum);
        await volunteer.Running.WaitAsync(Patience);
        Assert.Equal(SumApplication.Result(s_input), await _server.ResultAsync(work));
    }

    [Theory]
    [InlineData("unsigned", "is not signed")]
    [InlineData("signed by somebody else", "is not signed")]
    [InlineData("another input", "is not signed")]
    [InlineData("a path that leads elsewhere", "path or hash is none")]
    [InlineData("an id that leads elsewhere", null)]
    public async Task Run_TaskThatSomebodyChanged_IsNotRun(string how, string? said)
    {
        using var other = ProjectKey.Create();
        var work = await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        var tampering = new Tampering((path, document) =>
        {
            if (path != "/api/grid/work" || document["assignments"] is not JsonArray { Count: > 0 } assignments)
                return;
            var (signed, assignment) = (assignments[0]!, assignments[0]!["assignment"]!);
            switch (how)
            {
                case "unsigned": signed["signature"] = ""; break;
                case "signed by somebody else": signed["signature"] = other.Sign(SignedContent.Of("host", work)); break;
                case "another input": assignment["inputSha256"] = new string('0', 64); break;
                case "a path that leads elsewhere": assignment["inputPath"] = "inputs/../../secret"; break;
                default: assignment["resultId"] = "../../../elsewhere"; break;
            }
        });
        await using var volunteer = RunningVolunteer.Start(Settings with { UntilIdle = true, WorkWait = TimeSpan.Zero }, _sum, tampering);
        if (said is null)
            await volunteer.EventAsync("registered", Patience);
        else
            Assert.Contains(said, (await volunteer.EventAsync("refused", Patience)).Text, StringComparison.Ordinal);
        await volunteer.StopAsync();

        Assert.Equal(0, _sum.Steps);
        Assert.Null(await _server.ResultAsync(work));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_folder.Path), entry => Path.GetFileName(entry) != "volunteer");
    }

    [Fact]
    public async Task Run_ApplicationThatTheProjectDidNotSign_IsNotAskedFor()
    {
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        var tampering = new Tampering((path, document) =>
        {
            if (path == "/api/grid/applications")
                document["applications"]![0]!["signature"] = "";
        });
        await using var volunteer = RunningVolunteer.Start(Settings, _sum, tampering);
        await Assert.ThrowsAsync<UntrustedWorkException>(() => volunteer.Running.WaitAsync(Patience));
        Assert.Null(_server.Scheduler.LastAsk);
    }

    [Fact]
    public async Task Run_InputThatIsNotWhatWasSigned_IsReportedAsFailed()
    {
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input, work => work with { InputSha256 = new string('0', 64) });
        await using var volunteer = RunningVolunteer.Start(Settings, _sum);
        await _server.Scheduler.ReportedAsync(1, Patience);
        var report = Assert.Single(_server.Scheduler.Reports).Report;
        Assert.False(report.Success);
        Assert.Contains("hash", report.Error, StringComparison.Ordinal);
        Assert.Equal(0, _sum.Steps);
    }

    [Fact]
    public async Task Run_InputLargerThanTheClientTakes_IsReportedAsFailed()
    {
        await _server.Scheduler.AddAsync(_server.Store, "u1", new byte[100_000]);
        await using var volunteer = RunningVolunteer.Start(Settings with { MaxInputBytes = 50_000 }, _sum);
        await _server.Scheduler.ReportedAsync(1, Patience);
        Assert.Contains("longer than", Assert.Single(_server.Scheduler.Reports).Report.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ProjectKeyThatIsNotTheWantedOne_EndsBeforeItIsTrusted()
    {
        await using (var first = RunningVolunteer.Start(Settings with { ProjectKey = new string('0', 64) }, _sum))
            await Assert.ThrowsAsync<UntrustedWorkException>(() => first.Running.WaitAsync(Patience));
        var fingerprint = (await _server.JoinAsync()).ProjectKey.Fingerprint;
        await _server.Scheduler.AddAsync(_server.Store, "u1", s_input);
        await using var second = RunningVolunteer.Start(Settings with { ProjectKey = fingerprint, Count = 1 }, _sum);
        await second.Running.WaitAsync(Patience);
    }

    [Fact]
    public async Task Start_FolderOfAnotherClient_IsRefused()
    {
        await using var first = RunningVolunteer.Start(Settings, _sum);
        Assert.Throws<IOException>(() => VolunteerFolder.Open(Settings.Folder));
    }

    [Fact]
    public void Backoff_FailureAfterFailure_GrowsToItsLongestWithJitter()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(60), new Random(3));
        var pauses = Enumerable.Range(0, 12).Select(_ => backoff.Next().TotalSeconds).ToList();
        for (var i = 0; i < pauses.Count; i++)
            Assert.InRange(pauses[i], Math.Min(60, Math.Pow(2, i)) / 2, Math.Min(60, Math.Pow(2, i)));
        Assert.Equal(pauses.Count, pauses.Distinct().Count());
        Assert.InRange(backoff.Next(TimeSpan.FromSeconds(600)).TotalSeconds, 600, 720);
        Assert.InRange(backoff.Next(TimeSpan.FromDays(900)).TotalSeconds, 3_600, 4_320);
    }

    /// <summary>A server that answers 503 to one route.</summary>
    private sealed class Outage(string path) : DelegatingHandler(new SocketsHttpHandler())
    {
        public TaskCompletionSource Hit { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath != path)
                return base.SendAsync(request, cancellationToken);
            Hit.TrySetResult();
            return Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable));
        }
    }
}
