using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

public sealed class ContinueAsNewTests : DurableTest
{
    [Fact]
    public async Task ThreeRounds_KeepTheIdAndOnlyTheNewestInputAndHistory()
    {
        Functions.Orchestrator("Rounds", async context =>
        {
            var n = context.GetInput<int>();
            await context.CallActivityAsync<int>("Increment", n);
            if (n < 3)
                context.ContinueAsNew(n + 1);
            // Ignored in the rounds that continued.
            return $"round {n}";
        });
        var end = await RunAsync("Rounds", 1);

        Assert.Equal("round 3", Result<string>(end));
        Assert.Equal("3", end.SerializedInput);
        Assert.Equal(["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"], Hub.GetHistory(end.InstanceId)!.Select(e => e.EventType));
    }

    [Fact]
    public async Task CustomStatus_OfAnEarlierRound_IsShownUntilTheEnd()
    {
        Functions.Orchestrator("Rounds", async context =>
        {
            if (context.GetInput<int>() == 0)
            {
                context.SetCustomStatus("first");
                context.ContinueAsNew(1);
            }
            else
            {
                await context.WaitForExternalEvent<int>("go");
            }
        });
        var id = await StartAsync("Rounds", 0);
        await SettleAsync();
        Assert.Equal("\"first\"", (await GetAsync(id)).SerializedCustomStatus);
        await Client.RaiseEventAsync(id, "go", 1, Limit);

        Assert.Equal("null", (await EndAsync(id)).SerializedCustomStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnusedEvents_ReachTheNextRoundIfTheyArePreserved(bool preserve)
    {
        Functions.Orchestrator("Rounds", async context =>
        {
            var sum = context.GetInput<int>();
            var first = await context.WaitForExternalEvent<int>("n", TimeSpan.FromHours(1));
            if (sum > 0)
                return (sum * 10) + first;
            context.ContinueAsNew(first, preserve);
            return 0;
        });
        var gateId = await StartAsync("Rounds", 0);
        await SettleAsync();
        await Client.SuspendInstanceAsync(gateId, "gather", Limit);
        await SettleAsync(); // only what is suspended can be resumed
        foreach (var i in new[] { 1, 2, 3 })
            await Client.RaiseEventAsync(gateId, "n", i, Limit);
        await Client.ResumeInstanceAsync(gateId, "go", Limit);
        await SettleAsync();

        if (!preserve)
        {
            Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(gateId)).RuntimeStatus);
            await Client.RaiseEventAsync(gateId, "n", 7, Limit);
        }

        Assert.Equal(preserve ? 12 : 17, Result<int>(await EndAsync(gateId)));
    }

    [Fact]
    public async Task Events_ThatArriveWhileRoundsChange_AreAllSeenOnce()
    {
        Functions.Orchestrator("Sum", async context =>
        {
            var (count, sum) = (context.GetInput<int[]>()![0], context.GetInput<int[]>()![1]);
            sum += await context.WaitForExternalEvent<int>("n");
            if (count + 1 == 200)
                return sum;
            context.ContinueAsNew(new[] { count + 1, sum });
            return -1;
        });
        var id = await StartAsync("Sum", new[] { 0, 0 });
        await Task.WhenAll(Enumerable.Range(1, 200).Select(i => Client.RaiseEventAsync(id, "n", i, Limit)));

        Assert.Equal(20100, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Exception_AfterContinueAsNew_FailsTheInstance()
    {
        Functions.Orchestrator("Rounds", (Func<TaskOrchestrationContext, Task>)(context =>
        {
            context.ContinueAsNew(1);
            throw new InvalidOperationException("no");
        }));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await RunAsync("Rounds")).RuntimeStatus);
    }

    [Fact]
    public async Task UnawaitedActivity_RunsToItsEndAndDoesNotDisturbTheNextRound()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Rounds", async context =>
        {
            if (context.GetInput<int>() == 0)
            {
                _ = context.CallActivityAsync<int>("Slow", 0);
                context.ContinueAsNew(1);
                return 0;
            }

            // Has the number that the outstanding activity had.
            return await context.CallActivityAsync<int>("Increment", await context.WaitForExternalEvent<int>("go"));
        });
        var id = await StartAsync("Rounds", 0);
        await SettleAsync(heldActivities: 1);
        slow.Release();
        await slow.Ended;
        await SettleAsync();
        await Client.RaiseEventAsync(id, "go", 41, Limit);

        Assert.Equal(42, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task UnawaitedActivity_AfterACrash_RunsAgainAndOnlyOnce()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Rounds", async context =>
        {
            if (context.GetInput<int>() == 0)
            {
                await context.CallActivityAsync<int>("Increment", 1);
                _ = context.CallActivityAsync<int>("Slow", 0);
                context.ContinueAsNew(1);
            }
            else
            {
                await context.WaitForExternalEvent<int>("go");
            }
        });
        var id = await StartAsync("Rounds", 0);
        await SettleAsync(heldActivities: 1);
        await CrashAsync();
        slow.Release();
        await SettleAsync();
        Assert.Equal(2, Functions.Runs["Slow"]);
        await CrashAsync();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        await EndAsync(id);

        Assert.Equal((1, 2), (Functions.Runs["Increment"], Functions.Runs["Slow"]));
    }

    [Fact]
    public async Task AsASubOrchestration_TheParentGetsTheLastRoundsOutput()
    {
        Functions.Orchestrator("Child", context =>
        {
            var n = context.GetInput<int>();
            if (n < 5)
                context.ContinueAsNew(n + 1);
            return Task.FromResult(n);
        });
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<int>("Child", 0));

        Assert.Equal(5, await ResultAsync<int>("Parent"));
    }

    [Fact]
    public async Task CreatedAt_IsThatOfTheFirstRound()
    {
        Functions.Orchestrator("Rounds", async context =>
        {
            if (context.GetInput<int>() == 1)
                return;
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            context.ContinueAsNew(1);
        });
        var begin = Time.GetUtcNow();
        var id = await StartAsync("Rounds", 0);
        await AdvanceAsync(TimeSpan.FromHours(1));
        var end = await EndAsync(id);

        Assert.Equal(begin, end.CreatedAt);
        Assert.Equal(begin.AddHours(1), end.LastUpdatedAt);
    }
}
