using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class EventTests : DurableTest
{
    [Fact]
    public async Task Event_NameInAnotherCase_IsDelivered()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("Go"));
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "gO", 5, Limit);
        Assert.Equal(5, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Events_BeforeTheWait_AreDeliveredInOrderOfArrival()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Wait", async context =>
        {
            await context.CallActivityAsync<int>("Slow", 0);
            return new[] { await context.WaitForExternalEvent<int>("n"), await context.WaitForExternalEvent<int>("n") };
        });
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "n", 1, Limit);
        await Client.RaiseEventAsync(id, "n", 2, Limit);
        await SettleAsync(heldActivities: 1);
        slow.Release();

        var values = Result<int[]>(await EndAsync(id));
        Assert.Equal([1, 2], values);
    }

    [Fact]
    public async Task Event_WithAnotherName_IsKeptAndDisturbsNothing()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("right"));
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "wrong", 1, Limit);
        await SettleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        await Client.RaiseEventAsync(id, "right", 2, Limit);
        Assert.Equal(2, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task SeveralWaiters_OfOneName_AreServedNewestFirst()
    {
        Functions.Orchestrator("Wait", context =>
            Task.WhenAll(Enumerable.Range(0, 3).Select(_ => context.WaitForExternalEvent<int>("n"))));
        var id = await StartAsync("Wait");
        await SettleAsync();
        foreach (var i in new[] { 1, 2, 3 })
            await Client.RaiseEventAsync(id, "n", i, Limit);

        var values = Result<int[]>(await EndAsync(id));
        Assert.Equal([3, 2, 1], values);
    }

    [Fact]
    public async Task Event_WithoutPayload_GivesNull()
    {
        Functions.Orchestrator("Wait", async context => await context.WaitForExternalEvent<string>("go") is null);
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "go", Limit);
        Assert.True(Result<bool>(await EndAsync(id)));
    }

    // In the official host the instance fails, and nothing can be done about it.
    [Fact]
    public async Task Event_WithAPayloadOfTheWrongType_ThrowsAtTheWait()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<int>("go");
            }
            catch (System.Text.Json.JsonException)
            {
                return await context.WaitForExternalEvent<int>("go");
            }
        });
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "go", "text", Limit);
        await Client.RaiseEventAsync(id, "go", 2, Limit);
        Assert.Equal(2, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Timeout_WithoutEvent_ThrowsTaskCanceledAndTheEventGoesToTheNextWaiter()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            try
            {
                return await context.WaitForExternalEvent<int>("go", TimeSpan.FromSeconds(2));
            }
            catch (TaskCanceledException)
            {
                context.SetCustomStatus("timed out");
                return -await context.WaitForExternalEvent<int>("go");
            }
        });
        var id = await StartAsync("Wait");
        await AdvanceAsync(2);
        Assert.Equal("\"timed out\"", (await GetAsync(id)).SerializedCustomStatus);
        await Client.RaiseEventAsync(id, "go", 3, Limit);
        Assert.Equal(-3, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Timeout_WithEvent_ReturnsAtOnceAndCancelsItsTimer()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go", TimeSpan.FromDays(1)));
        var id = await StartAsync("Wait");
        await SettleAsync();
        await Client.RaiseEventAsync(id, "go", 4, Limit);
        Assert.Equal(4, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task CancelledWaiter_LeavesTheEventToTheNext()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            using var source = new CancellationTokenSource();
            var first = context.WaitForExternalEvent<int>("go", source.Token);
            var second = context.WaitForExternalEvent<int>("go");
            var third = context.WaitForExternalEvent<int>("go", source.Token);
            source.Cancel();
            return $"{await second} {first.IsCanceled} {third.IsCanceled}";
        });
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "go", 6, Limit);
        Assert.Equal("6 True True", Result<string>(await EndAsync(id)));
    }

    // Lost in the official host.
    [Fact]
    public async Task Event_ToAPendingInstance_IsDeliveredWhenItStarts()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(
            "Wait", new StartOrchestrationOptions(null, Time.GetUtcNow().AddSeconds(4)), Limit);
        await Client.RaiseEventAsync(id, "go", 8, Limit);
        await AdvanceAsync(4);
        Assert.Equal(8, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Event_ToACompletedInstance_IsRefused()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var end = await RunAsync("Any");
        var error = await Assert.ThrowsAsync<InstanceStateException>(() => Client.RaiseEventAsync(end.InstanceId, "go", 1, Limit));

        Assert.True(error.HasEnded);
        Assert.Equal("The orchestration instance with the provided instance id is not running.", error.Message);
    }

    [Fact]
    public async Task Event_ToAnUnknownInstance_IsRefused()
    {
        var error = await Assert.ThrowsAsync<InstanceNotFoundException>(() => Client.RaiseEventAsync("nowhere", "go", 1, Limit));
        Assert.StartsWith("No instance with ID 'nowhere' was found.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendEvent_FromAnOrchestrator_IsDeliveredOrDroppedSilently()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<string>("go"));
        Functions.Orchestrator("Send", context =>
        {
            context.SendEvent("nowhere", "go", "lost");
            context.SendEvent("receiver", "go", "hello");
            return Task.CompletedTask;
        });
        await StartAsync("Wait", id: "receiver");
        await RunAsync("Send");
        Assert.Equal("hello", Result<string>(await EndAsync("receiver")));
    }

    [Fact]
    public async Task Events_AreKeptOverACrash()
    {
        Functions.Orchestrator("Wait", async context =>
            await context.WaitForExternalEvent<int>("a") + await context.WaitForExternalEvent<int>("b"));
        var id = await StartAsync("Wait");
        await Client.RaiseEventAsync(id, "b", 20, Limit);
        await CrashAsync();
        await Client.RaiseEventAsync(id, "a", 1, Limit);
        Assert.Equal(21, Result<int>(await EndAsync(id)));
    }
}
