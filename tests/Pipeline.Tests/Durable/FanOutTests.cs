using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

public sealed class FanOutTests : DurableTest
{
    [Fact]
    public async Task WhenAll_ActivitiesThatEndInReverse_GivesResultsInCallOrder()
    {
        var gates = Enumerable.Range(0, 5).Select(_ => new TaskCompletionSource()).ToArray();
        Functions.Activity<int, int>("Gated", async i =>
        {
            await gates[i].Task;
            if (i > 0)
                gates[i - 1].SetResult();
            return i * 10;
        });
        Functions.Orchestrator("Fan", context =>
            Task.WhenAll(Enumerable.Range(0, 5).Select(i => context.CallActivityAsync<int>("Gated", i))));

        var id = await StartAsync("Fan");
        gates[4].SetResult();

        var end = await EndAsync(id);
        Assert.Equal([0, 10, 20, 30, 40], Result<int[]>(end));
    }

    [Fact]
    public async Task WhenAll_OneFailsWhileAnotherRuns_ThrowsWhenAllHaveEnded()
    {
        var gate = new TaskCompletionSource();
        Functions.Activity<int, int>("Slow", async _ =>
        {
            await gate.Task;
            throw new InvalidOperationException("second");
        });
        Functions.Orchestrator("Fan", async context =>
        {
            var both = Task.WhenAll(context.CallActivityAsync<int>("Slow", 0), context.CallActivityAsync<int>("Fail", "first"));
            try
            {
                await both;
            }
            catch (TaskFailedException e)
            {
                return $"{e.FailureDetails.ErrorMessage} of {both.Exception!.InnerExceptions.Count}";
            }

            return "nothing";
        });

        var id = await StartAsync("Fan");
        await SettleAsync(heldActivities: 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        gate.SetResult();

        // The first in the order of the calls, not of the failures.
        Assert.Equal("second of 2", Result<string>(await EndAsync(id)));
    }

    [Fact]
    public async Task Return_WhileAnActivityIsOutstanding_CompletesWhenItEnds()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Early", async context =>
        {
            var slow = context.CallActivityAsync<int>("Slow", 1);
            var fast = context.CallActivityAsync<int>("Increment", 1);
            return await await Task.WhenAny(slow, fast);
        });

        var id = await StartAsync("Early");
        await SettleAsync(heldActivities: 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        slow.Release();

        Assert.Equal(2, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Return_WhileATimerIsOutstanding_CompletesWhenItFires()
    {
        Functions.Orchestrator("Early", async context =>
        {
            _ = context.CreateTimer(TimeSpan.FromSeconds(20), CancellationToken.None);
            return await context.CallActivityAsync<int>("Increment", 1);
        });

        var id = await StartAsync("Early");
        await AdvanceAsync(19.9);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        await AdvanceAsync(0.1);

        Assert.Equal(2, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Return_WhileAnEventIsAwaited_CompletesAtOnce()
    {
        Functions.Orchestrator("Early", context =>
        {
            _ = context.WaitForExternalEvent<int>("never");
            return Task.FromResult(3);
        });

        Assert.Equal(3, await ResultAsync<int>("Early"));
    }

    [Fact]
    public async Task Branches_WithSeveralAwaitsEach_RunIndependently()
    {
        Functions.Orchestrator("Branches", async context =>
        {
            async Task<int> Branch(int start) =>
                await context.CallActivityAsync<int>("Increment", await context.CallActivityAsync<int>("Increment", start));
            return await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Branch(i * 10)));
        });

        var results = await ResultAsync<int[]>("Branches");
        Assert.Equal([2, 12, 22, 32, 42], results);
    }

    [Fact]
    public async Task Activities_MoreThanMayRunAtOnce_NeverRunMoreAtOnce()
    {
        var most = new ConcurrentBag<int>();
        var running = 0;
        Functions.Activity<int, int>("Counted", async x =>
        {
            most.Add(Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return x;
        });
        Functions.Orchestrator("Fan", async context =>
            (await Task.WhenAll(Enumerable.Range(0, 200).Select(i => context.CallActivityAsync<int>("Counted", i)))).Sum());

        Assert.Equal(19900, await ResultAsync<int>("Fan"));
        Assert.InRange(most.Max(), 1, Options.MaxConcurrentActivities);
    }

    [Fact]
    public async Task Activities_ThatWait_Overlap()
    {
        var together = new CountdownEvent(Options.MaxConcurrentActivities);
        var all = new TaskCompletionSource();
        Functions.Activity<int, int>("Meet", async x =>
        {
            if (together.Signal())
                all.SetResult();
            await all.Task;
            return x;
        });
        Functions.Orchestrator("Fan", async context => (await Task.WhenAll(
            Enumerable.Range(0, Options.MaxConcurrentActivities).Select(i => context.CallActivityAsync<int>("Meet", i)))).Length);

        Assert.Equal(Options.MaxConcurrentActivities, await ResultAsync<int>("Fan"));
    }
}
