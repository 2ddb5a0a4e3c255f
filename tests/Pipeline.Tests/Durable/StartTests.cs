using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class StartTests : DurableTest
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Start_WithoutId_MakesOneOf32LowerCaseHexDigits(string? id)
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Assert.Matches("^[0-9a-f]{32}$", await StartAsync("Any", id: id));
    }

    [Theory]
    [InlineData("with / \\ # ? % : \" \t \n signs")]
    [InlineData("é漢 and a@b")]
    public async Task Start_WithAnyId_KeepsIt(string id)
    {
        Functions.Orchestrator("Who", context => Task.FromResult(context.InstanceId));
        Assert.Equal(id, await StartAsync("Who", id: id));
        Assert.Equal(id, Result<string>(await EndAsync(id)));
    }

    [Fact]
    public async Task Get_IdInAnotherCase_FindsNothing()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        await StartAsync("Any", id: "Abc");
        Assert.Null(await Client.GetInstanceAsync("abc", Limit));
    }

    [Fact]
    public async Task Start_IdOfAnEntity_IsRefused()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("Any", id: "@counter@1"));
        Assert.Contains("reserved for entities", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Client.GetInstanceAsync("@x", Limit));
    }

    [Fact]
    public async Task Start_IdOfARunningInstance_IsRefusedAndDisturbsNothing()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));
        await StartAsync("Wait", id: "one");
        var error = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => StartAsync("Wait", id: "one"));

        Assert.Equal("DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException", error.GetType().FullName);
        Assert.Equal("An Orchestration instance with the ID one already exists.", error.Message);
        await Client.RaiseEventAsync("one", "go", "first", Limit);
        Assert.Equal("first", Result<string>(await EndAsync("one")));
    }

    [Fact]
    public async Task Start_IdOfAnEndedInstance_ReplacesIt()
    {
        Functions.Orchestrator("Echo", context => Task.FromResult(context.GetInput<string>()));
        await StartAsync("Echo", "old", "one");
        await EndAsync("one");
        await StartAsync("Echo", "new", "one");

        Assert.Equal("new", Result<string>(await EndAsync("one")));
    }

    [Fact]
    public async Task Start_DedupeStatuses_ForbidReplacingAnInstanceInThem()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        await EndAsync(await StartAsync("Any", id: "one"));

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => StartWith("Completed"));
        Assert.Equal("one", await StartWith("Failed"));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => StartWith("Nonsense"));
        Assert.StartsWith("Invalid orchestration runtime status: 'Nonsense' for deduplication.", error.Message, StringComparison.Ordinal);

        Task<string> StartWith(string status) => Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions("one") { DedupeStatuses = [status] }, Limit);
    }

    [Fact]
    public async Task StartAt_InTheFuture_IsPendingUntilThen()
    {
        Functions.Orchestrator("Clock", context => Task.FromResult(context.CurrentUtcDateTime));
        var due = Time.GetUtcNow().AddSeconds(4);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Clock", "x", new StartOrchestrationOptions(null, due), Limit);

        await AdvanceAsync(3.9);
        var pending = await GetAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, pending.RuntimeStatus);
        Assert.False(pending.IsRunning || pending.IsCompleted);
        Assert.Equal("\"x\"", pending.SerializedInput);
        Assert.Null(pending.SerializedCustomStatus);

        await AdvanceAsync(0.1);
        Assert.Equal(due.UtcDateTime, Result<DateTime>(await EndAsync(id)));
    }

    [Fact]
    public async Task StartAt_SurvivesARestart()
    {
        Functions.Orchestrator("Any", _ => Task.FromResult(7));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions(null, Time.GetUtcNow().AddHours(1)), Limit);
        await RestartAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(7, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task StartAt_InThePast_RunsAtOnce()
    {
        Functions.Orchestrator("Any", _ => Task.FromResult(1));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions(null, Time.GetUtcNow().AddDays(-1)), Limit);
        Assert.Equal(1, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Names_InAnotherCase_AreFound()
    {
        Functions.Orchestrator("Inner", context => context.CallActivityAsync<int>("INCREMENT", 1));
        Functions.Orchestrator("Outer", context => context.CallSubOrchestratorAsync<int>("inner"));
        Assert.Equal(2, await ResultAsync<int>("outer"));
    }

    [Fact]
    public async Task Start_UnknownOrchestrator_GivesAnInstanceThatFailedAndNamesTheKnownOnes()
    {
        Functions.Orchestrator("Known", _ => Task.CompletedTask);
        var end = await RunAsync("Nowhere");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("{\"message\":\"The function \\u0027Nowhere\\u0027 doesn\\u0027t exist", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains("Known", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownActivity_IsAFailureThatARetryPolicyRetries()
    {
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                await context.CallActivityAsync("Nowhere", options: new TaskOptions(new RetryPolicy(2, TimeSpan.FromTicks(1))));
            }
            catch (TaskFailedException e)
            {
                return $"{e.TaskId} {e.FailureDetails.ErrorMessage}";
            }

            return "no failure";
        });

        var id = await StartAsync("Call");
        await AdvanceAsync(1);
        Assert.StartsWith("2 The function 'Nowhere' doesn't exist", Result<string>(await EndAsync(id)), StringComparison.Ordinal);
    }

    // The official host gives no details.
    [Fact]
    public async Task UnknownSubOrchestrator_IsAFailureWithDetails()
    {
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                await context.CallSubOrchestratorAsync("Nowhere");
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorMessage;
            }

            return "no failure";
        });

        Assert.StartsWith("The function 'Nowhere' doesn't exist", await ResultAsync<string>("Call"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_AreKept()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["owner"] = "me" } }, Limit);
        Assert.Equal("me", (await EndAsync(id)).Tags["owner"]);
    }

    // In the official host such an instance never starts.
    [Fact]
    public async Task Version_InTheOptions_IsSeenByTheOrchestrator()
    {
        Functions.Orchestrator("Version", context => Task.FromResult($"{context.Version} {context.CompareVersionTo("1.10")}"));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Version", new StartOrchestrationOptions { Version = "1.9" }, Limit);
        Assert.Equal("1.9 -1", Result<string>(await EndAsync(id)));
    }

    [Fact]
    public async Task Version_OfTheHub_IsThatOfOrchestrationsThatNameNone()
    {
        await Hub.StopAsync(Limit);
        Functions.Orchestrator("Version", context => Task.FromResult(context.Version));
        Functions.Orchestrator("Parent", async context => $"{context.Version} {await context.CallSubOrchestratorAsync<string>("Version")}");
        await OpenAsync(Options with { DefaultVersion = "1.0" });

        Assert.Equal("1.0 1.0", Result<string>(await EndAsync(await StartAsync("Parent"))));
        var named = await Client.ScheduleNewOrchestrationInstanceAsync("Version", new StartOrchestrationOptions { Version = "2.0" }, Limit);
        Assert.Equal("2.0", Result<string>(await EndAsync(named)));
    }

    [Fact]
    public async Task Version_LaterThanTheHubs_WaitsUntilItsCodeIsBack()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<string>("Go"));
        Functions.Orchestrator("Version", context => Task.FromResult(context.Version));
        await Hub.StopAsync(Limit);
        await OpenAsync(Options with { DefaultVersion = "1.10", LeavesLaterVersions = true });
        var id = await StartAsync("Wait");
        await Client.WaitForInstanceStartAsync(id, Limit);
        await Hub.StopAsync(Limit);

        await OpenAsync(Options with { DefaultVersion = "1.9", LeavesLaterVersions = true });
        await Client.RaiseEventAsync(id, "Go", "now", Limit);
        Assert.Equal("1.9", Result<string>(await EndAsync(await StartAsync("Version"))));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.GetInstanceAsync(id, Limit))!.RuntimeStatus);
        await Hub.StopAsync(Limit);

        await OpenAsync(Options with { DefaultVersion = "2.0", LeavesLaterVersions = true });
        Assert.Equal("now", Result<string>(await EndAsync(id)));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("1.9", true)]
    [InlineData("1.10", true)]
    [InlineData("1.11", false)]
    [InlineData("2.0", false)]
    public void TakesUp_AVersion_ComparesItsNumbers(string version, bool expected)
    {
        var options = new TaskHubOptions { Path = "hub", DefaultVersion = "1.10", LeavesLaterVersions = true };

        Assert.Equal(expected, options.TakesUp(version));
        Assert.True((options with { LeavesLaterVersions = false }).TakesUp(version));
    }

    [Fact]
    public async Task TopLevelInstance_HasNoParentVersionOrProperties()
    {
        Functions.Orchestrator("Look", context =>
            Task.FromResult($"{context.Parent is null} '{context.Version}' {context.Properties.Count} {context.Name}"));
        Assert.Equal("True '' 0 Look", await ResultAsync<string>("Look"));
    }

    [Fact]
    public async Task Get_UnknownId_GivesNull() => Assert.Null(await Client.GetInstanceAsync("nowhere", Limit));

    [Fact]
    public async Task Wait_UnknownId_WaitsUntilTheTokenEnds()
    {
        using var token = new CancellationTokenSource();
        var waiting = Client.WaitForInstanceCompletionAsync("nowhere", token.Token);
        Assert.False(waiting.IsCompleted);
        await token.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal("The WaitForInstanceCompletionAsync operation was canceled.", error.Message);
    }

    [Fact]
    public async Task WaitForStart_EndsWhenTheInstanceRuns()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        var id = await StartAsync("Wait");
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.WaitForInstanceStartAsync(id, Limit)).RuntimeStatus);
    }
}
