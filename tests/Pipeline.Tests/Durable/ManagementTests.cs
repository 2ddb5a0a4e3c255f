using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class ManagementTests : DurableTest
{
    [Theory]
    [InlineData("why", "\"why\"")]
    [InlineData(1, "1")]
    [InlineData(null, null)]
    public async Task Terminate_Running_EndsItWithThatOutput(object? output, string? json)
    {
        var id = await StartWaitingAsync();
        await Client.TerminateInstanceAsync(id, output, Limit);
        var end = await EndAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal(json, end.SerializedOutput);
        Assert.Equal("\"waiting\"", end.SerializedCustomStatus);
        Assert.Null(end.FailureDetails);
    }

    [Fact]
    public async Task Terminate_CompletedOrUnknown_IsRefused()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var end = await RunAsync("Any");
        var error = await Assert.ThrowsAsync<InstanceStateException>(() => Client.TerminateInstanceAsync(end.InstanceId, Limit));

        Assert.Equal(
            $"Cannot terminate the orchestration instance '{end.InstanceId}' because instance is in the Completed state.", error.Message);
        await Assert.ThrowsAsync<InstanceNotFoundException>(() => Client.TerminateInstanceAsync("nowhere", Limit));
    }

    [Fact]
    public async Task Terminate_WhileAnActivityRuns_LetsItRunToItsEnd()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Call", context => context.CallActivityAsync<int>("Slow", 1));
        var id = await StartAsync("Call");
        await SettleAsync(heldActivities: 1);
        await Client.TerminateInstanceAsync(id, Limit);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await EndAsync(id)).RuntimeStatus);
        slow.Release();
        await slow.Ended;
    }

    // In the official host it starts when due, nevertheless.
    [Fact]
    public async Task Terminate_Pending_NeverStartsIt()
    {
        var started = false;
        Functions.Orchestrator("Any", _ => Task.FromResult(started = true));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions(null, Time.GetUtcNow().AddSeconds(5)), Limit);
        await Client.TerminateInstanceAsync(id, Limit);
        await EndAsync(id);
        await AdvanceAsync(10);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await GetAsync(id)).RuntimeStatus);
        Assert.False(started);
    }

    // The official host leaves the children alone in both cases.
    [Theory]
    [InlineData(true, OrchestrationRuntimeStatus.Terminated)]
    [InlineData(false, OrchestrationRuntimeStatus.Running)]
    public async Task Terminate_Parent_TerminatesChildrenAndGrandchildrenIfRecursive(bool recursive, OrchestrationRuntimeStatus expected)
    {
        Functions.Orchestrator("Leaf", context => context.WaitForExternalEvent<int>("never"));
        Functions.Orchestrator("Child", context =>
            context.CallSubOrchestratorAsync("Leaf", options: new SubOrchestrationOptions(instanceId: "leaf")));
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child")));
        var id = await StartAsync("Parent");
        await SettleAsync();
        await Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("stop", recursive), Limit);
        await SettleAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await GetAsync(id)).RuntimeStatus);
        Assert.Equal(expected, (await GetAsync("child")).RuntimeStatus);
        Assert.Equal(expected, (await GetAsync("leaf")).RuntimeStatus);
    }

    [Fact]
    public async Task Terminate_ParentOfAChildThatFailed_TerminatesWhatThatLeftBehind()
    {
        Functions.Orchestrator("Leaf", context => context.WaitForExternalEvent<int>("never"));
        Functions.Orchestrator("Child", async context =>
        {
            _ = context.CallSubOrchestratorAsync("Leaf", options: new SubOrchestrationOptions(instanceId: "leaf"));
            await context.CallActivityAsync<int>("Fail", "on purpose");
        });
        Functions.Orchestrator("Parent", async context =>
        {
            await Assert.ThrowsAsync<TaskFailedException>(() => context.CallSubOrchestratorAsync("Child"));
            await context.WaitForExternalEvent<int>("never");
        });
        var id = await StartAsync("Parent");
        await SettleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync("leaf")).RuntimeStatus);
        await Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("stop", Recursive: true), Limit);
        await SettleAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await GetAsync("leaf")).RuntimeStatus);
    }

    // The official host gives no details, and a parent that does not catch it fails with a NullReferenceException.
    [Fact]
    public async Task Terminate_Child_FailsTheParentsTaskWithDetails()
    {
        Functions.Orchestrator("Child", context => context.WaitForExternalEvent<int>("never"));
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child")));
        var id = await StartAsync("Parent");
        await SettleAsync();
        await Client.TerminateInstanceAsync("child", Limit);
        var end = await EndAsync(id);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("The sub-orchestration 'child' was terminated.", end.FailureDetails!.InnerFailure!.ErrorMessage);
    }

    [Fact]
    public async Task Suspend_HoldsEventsTimersAndResultsUntilResume()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Wait", async context =>
        {
            var all = Task.WhenAll(
                context.WaitForExternalEvent<int>("go"),
                context.CallActivityAsync<int>("Slow", 2),
                context.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None).ContinueWith(_ => 3));
            return await all;
        });
        var id = await StartAsync("Wait");
        await SettleAsync(heldActivities: 1);
        await Client.SuspendInstanceAsync(id, "because", Limit);
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        slow.Release();
        await AdvanceAsync(5);
        var suspended = await GetAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, suspended.RuntimeStatus);
        Assert.False(suspended.IsRunning);
        Assert.Equal("because", suspended.SerializedOutput);

        await Client.ResumeInstanceAsync(id, "enough", Limit);
        var values = Result<int[]>(await EndAsync(id));
        Assert.Equal([1, 2, 3], values);
    }

    [Fact]
    public async Task SuspendAndResume_Pending_ShowsTheReasonOnlyWhileItIsSuspended()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Any", new StartOrchestrationOptions(null, Time.GetUtcNow().AddSeconds(5)), Limit);
        await Client.SuspendInstanceAsync(id, "because", Limit);
        await SettleAsync();
        Assert.Equal("because", (await GetAsync(id)).SerializedOutput);
        await Client.ResumeInstanceAsync(id, null, Limit);
        await SettleAsync();

        var resumed = await GetAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Pending, null), (resumed.RuntimeStatus, resumed.SerializedOutput));
        await AdvanceAsync(5);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await EndAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Suspended_StaysSoOverACrash()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        var id = await StartAsync("Wait");
        await Client.SuspendInstanceAsync(id, null, Limit);
        await SettleAsync();
        await CrashAsync();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        await SettleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await GetAsync(id)).RuntimeStatus);
        await Client.ResumeInstanceAsync(id, null, Limit);

        Assert.Equal(1, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Terminate_Suspended_EndsIt()
    {
        var id = await StartWaitingAsync();
        await Client.SuspendInstanceAsync(id, null, Limit);
        await Client.TerminateInstanceAsync(id, Limit);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await EndAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task SuspendAndResume_InTheWrongStatus_AreRefused()
    {
        var id = await StartWaitingAsync();
        var error = await Assert.ThrowsAsync<InstanceStateException>(() => Client.ResumeInstanceAsync(id, null, Limit));
        Assert.Equal($"Cannot resume the orchestration instance '{id}' because instance is in the Running state.", error.Message);
        Assert.False(error.HasEnded);

        await Client.SuspendInstanceAsync(id, null, Limit);
        await SettleAsync();
        await Assert.ThrowsAsync<InstanceStateException>(() => Client.SuspendInstanceAsync(id, null, Limit));
        await Client.TerminateInstanceAsync(id, Limit);
        await EndAsync(id);
        Assert.True((await Assert.ThrowsAsync<InstanceStateException>(() => Client.SuspendInstanceAsync(id, null, Limit))).HasEnded);
        await Assert.ThrowsAsync<InstanceNotFoundException>(() => Client.ResumeInstanceAsync("nowhere", null, Limit));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_RunsAgainWithTheSameInput(bool newId)
    {
        Functions.Orchestrator("Pass", context => context.CallActivityAsync<int>("Increment", context.GetInput<int>()));
        var first = await RunAsync("Pass", 4);
        var id = await Client.RestartAsync(first.InstanceId, newId, Limit);

        Assert.Equal(newId, id != first.InstanceId);
        Assert.Equal(5, Result<int>(await EndAsync(id)));
        Assert.Equal(2, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task Restart_RunningUnderItsIdOrUnknown_IsRefused()
    {
        var id = await StartWaitingAsync();
        await Assert.ThrowsAsync<InstanceStateException>(() => Client.RestartAsync(id, false, Limit));
        Assert.NotEqual(id, await Client.RestartAsync(id, true, Limit));
        await Assert.ThrowsAsync<InstanceNotFoundException>(() => Client.RestartAsync("nowhere", false, Limit));
    }

    private async Task<string> StartWaitingAsync()
    {
        Functions.Orchestrator("Waiting", async context =>
        {
            context.SetCustomStatus("waiting");
            await context.WaitForExternalEvent<int>("never");
        });
        var id = await StartAsync("Waiting");
        await SettleAsync();
        return id;
    }
}
