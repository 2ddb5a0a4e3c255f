using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class PurgeTests : DurableTest
{
    [Fact]
    public async Task Purge_CompletedThenAgainThenUnknown_CountsOneThenNone()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var id = (await RunAsync("Any")).InstanceId;

        var first = await Client.PurgeInstanceAsync(id, Limit);
        Assert.Equal((1, null), (first.PurgedInstanceCount, first.IsComplete));
        Assert.Equal(0, (await Client.PurgeInstanceAsync(id, Limit)).PurgedInstanceCount);
        Assert.Equal(0, (await Client.PurgeInstanceAsync("nowhere", Limit)).PurgedInstanceCount);
        Assert.Null(await Client.GetInstanceAsync(id, Limit));
        Assert.Null(Hub.GetHistory(id));
    }

    [Fact]
    public async Task Purge_Running_IsRefused()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("never"));
        var id = await StartAsync("Wait");
        await SettleAsync();
        var error = await Assert.ThrowsAsync<InstanceStateException>(() => Client.PurgeInstanceAsync(id, Limit));

        Assert.StartsWith("Only orchestrations in a terminal state can be purged", error.Message, StringComparison.Ordinal);
        Assert.Contains("status Running", error.Message, StringComparison.Ordinal);
    }

    // In the official host the child stays in both cases.
    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 1)]
    public async Task Purge_Parent_TakesTheChildrenIfRecursive(bool recursive, int count)
    {
        Functions.Orchestrator("Leaf", _ => Task.CompletedTask);
        Functions.Orchestrator("Child", context => context.CallSubOrchestratorAsync("Leaf"));
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync("Child", options: new SubOrchestrationOptions(instanceId: "child")));
        var id = (await RunAsync("Parent")).InstanceId;

        Assert.Equal(count, (await Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(recursive), Limit)).PurgedInstanceCount);
        Assert.Equal(recursive, await Client.GetInstanceAsync("child", Limit) is null);
    }

    [Fact]
    public async Task PurgeAll_ByTimeAndStatus_TakesOnlyThose()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Functions.Orchestrator("Bad", context => context.CallActivityAsync<int>("Fail", "no"));
        await RunAsync("Any");
        Time.Advance(TimeSpan.FromHours(1));
        var from = Time.GetUtcNow();
        await RunAsync("Any");
        await RunAsync("Bad");

        var completed = await Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(from, null, [OrchestrationRuntimeStatus.Completed]), Limit);
        Assert.Equal(1, completed.PurgedInstanceCount);
        Assert.Equal(0, (await Client.PurgeInstancesAsync(from, from.AddHours(-2), Limit)).PurgedInstanceCount);
        Assert.Equal(1, (await Client.PurgeInstancesAsync(null, null, [OrchestrationRuntimeStatus.Failed], Limit)).PurgedInstanceCount);
    }

    // The official host purges running instances, too, if no status is given.
    [Fact]
    public async Task PurgeAll_WithoutStatuses_LeavesRunningInstancesAlone()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        await RunAsync("Any");
        var id = await StartAsync("Wait");
        await SettleAsync();

        var purged = await Client.PurgeInstancesAsync(Time.GetUtcNow().AddDays(-1), null, [OrchestrationRuntimeStatus.Running], Limit);
        Assert.Equal(0, purged.PurgedInstanceCount);
        Assert.Equal(1, (await Client.PurgeInstancesAsync(Time.GetUtcNow().AddDays(-1), null, Limit)).PurgedInstanceCount);
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        Assert.Equal(1, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task PurgeAll_InstanceThatIsStartedAnewMeanwhile_LeavesItAlone()
    {
        using var writer = new HeldWriter();
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        var id = (await RunAsync("Any")).InstanceId;
        Hub.Services.Writer.Enqueue(writer);
        await writer.Holding.Task;
        var starting = StartAsync("Wait", id: id);
        var purging = Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), Limit);
        writer.Release.Set();
        await starting;

        Assert.Equal(0, (await purging).PurgedInstanceCount);
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        Assert.Equal(1, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task PurgeAll_OutOfTime_SaysThatItIsNotComplete()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        await RunAsync("Any");

        var none = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.Zero }, Limit);
        Assert.Equal((0, false), (none.PurgedInstanceCount, none.IsComplete));
        var all = await Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromHours(1) }, Limit);
        Assert.Equal((1, true), (all.PurgedInstanceCount, all.IsComplete));
    }
}
