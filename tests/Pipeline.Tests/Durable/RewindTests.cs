using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class RewindTests : DurableTest
{
    private bool broken = true;

    public RewindTests() => Functions.Activity<int, int>("Flaky", x => broken ? throw new InvalidOperationException("not yet") : x * 10);

    [Fact]
    public async Task FailedActivity_RunsAgainAndCompletedStepsDoNot()
    {
        Functions.Orchestrator("Steps", async context =>
        {
            var one = await context.CallActivityAsync<int>("Increment", 1);
            return await context.CallActivityAsync<int>("Flaky", one);
        });
        var id = await FailAsync("Steps");

        Assert.Equal(20, await RewindAsync<int>(id));
        Assert.Equal(1, Functions.Runs["Increment"]);
        Assert.Equal(2, Functions.Runs["Flaky"]);
    }

    [Fact]
    public async Task SeveralFailures_OfAFanOut_AllRunAgain()
    {
        Functions.Orchestrator("Fan", async context => (await Task.WhenAll(
            Enumerable.Range(0, 10).Select(i => context.CallActivityAsync<int>(i % 2 == 0 ? "Flaky" : "Increment", i)))).Sum());
        var id = await FailAsync("Fan");

        Assert.Equal(230, await RewindAsync<int>(id));
        Assert.Equal(5, Functions.Runs["Increment"]);
        Assert.Equal(10, Functions.Runs["Flaky"]);
    }

    [Fact]
    public async Task HandlingOfTheFailure_IsForgotten()
    {
        Functions.Orchestrator("Compensate", async context =>
        {
            try
            {
                return await context.CallActivityAsync<int>("Flaky", 1);
            }
            catch (TaskFailedException)
            {
                await context.CallActivityAsync<string>("Echo", "undo");
                throw new NotSupportedException("undone");
            }
        });
        var id = await FailAsync("Compensate");

        Assert.Equal(10, await RewindAsync<int>(id));
        Assert.Equal(["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"], Hub.GetHistory(id)!.Select(entry => entry.EventType));
    }

    [Fact]
    public async Task FailureThatWasDealtWith_StaysAsItIs()
    {
        Functions.Orchestrator("Steps", async context =>
        {
            try
            {
                await context.CallActivityAsync<int>("Fail", "expected");
            }
            catch (TaskFailedException)
            {
                await context.CallActivityAsync<int>("Increment", 1);
            }

            return await context.CallActivityAsync<int>("Flaky", 1);
        });
        var id = await FailAsync("Steps");

        Assert.Equal(10, await RewindAsync<int>(id));
        Assert.Equal(1, Functions.Runs["Fail"]);
        Assert.Equal(1, Functions.Runs["Increment"]);
    }

    // Without the failure and its handling, the other branch's steps have other numbers.
    [Fact]
    public async Task ParallelBranch_CompletedSteps_AreFoundUnderTheirNewNumbers()
    {
        Functions.Orchestrator("Branches", async context =>
        {
            async Task<int> Flaky()
            {
                try
                {
                    return await context.CallActivityAsync<int>("Flaky", 1);
                }
                catch (TaskFailedException)
                {
                    await context.CallActivityAsync<string>("Echo", "one");
                    await context.CallActivityAsync<string>("Echo", "two");
                    throw;
                }
            }

            async Task<int> Steady()
            {
                var value = 0;
                for (var i = 0; i < 4; i++)
                    value = await context.CallActivityAsync<int>("Increment", value);
                return value;
            }

            var both = await Task.WhenAll(Flaky(), Steady());
            return both.Sum();
        });
        var id = await FailAsync("Branches");

        Assert.Equal(14, await RewindAsync<int>(id));
        Assert.Equal(4, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task RetriedActivity_GetsItsLastAttemptAgain()
    {
        Functions.Orchestrator("Retry", context => context.CallActivityAsync<int>(
            "Flaky", 1, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1)))));
        var id = await StartAsync("Retry");
        await AdvanceAsync(1);
        await AdvanceAsync(1);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(id)).RuntimeStatus);

        Assert.Equal(10, await RewindAsync<int>(id));
        Assert.Equal(4, Functions.Runs["Flaky"]);
    }

    [Fact]
    public async Task FailedSubOrchestration_GoesOnWhereItFailed()
    {
        Functions.Orchestrator("Child", async context =>
            await context.CallActivityAsync<int>("Flaky", await context.CallActivityAsync<int>("Increment", 1)));
        Functions.Orchestrator("Parent", async context =>
            await context.CallActivityAsync<int>("Increment", await context.CallSubOrchestratorAsync<int>("Child")));
        var id = await FailAsync("Parent");

        Assert.Equal(21, await RewindAsync<int>(id));
        Assert.Equal(2, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task SubOrchestrationThatCompletedAfterItsParentFailed_GivesItsResult()
    {
        Functions.Orchestrator("Child", context => context.WaitForExternalEvent<int>("go"));
        Functions.Orchestrator("Parent", async context =>
        {
            var child = context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: "c"));
            return await context.CallActivityAsync<int>("Flaky", 1) + await child;
        });
        var id = await FailAsync("Parent");
        await Client.RaiseEventAsync("c", "go", 5, Limit);
        await EndAsync("c");

        Assert.Equal(15, await RewindAsync<int>(id));
    }

    [Fact]
    public async Task SubOrchestrationThatStillRuns_AnswersTheRewoundParent()
    {
        Functions.Orchestrator("Child", context => context.WaitForExternalEvent<int>("go"));
        Functions.Orchestrator("Parent", async context =>
        {
            var child = context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: "c"));
            return await context.CallActivityAsync<int>("Flaky", 1) + await child;
        });
        var id = await FailAsync("Parent");
        broken = false;
        await Client.RewindInstanceAsync(id, "mended", Limit);
        await Client.RaiseEventAsync("c", "go", 5, Limit);

        Assert.Equal(15, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task FailedSubOrchestrationThatWasPurged_RunsAnew()
    {
        Functions.Orchestrator("Child", context => context.CallActivityAsync<int>("Flaky", context.GetInput<int>()));
        Functions.Orchestrator("Parent", context =>
            context.CallSubOrchestratorAsync<int>("Child", 3, new SubOrchestrationOptions(instanceId: "c")));
        var id = await FailAsync("Parent");
        await Client.PurgeInstanceAsync("c", Limit);

        Assert.Equal(30, await RewindAsync<int>(id));
    }

    [Fact]
    public async Task FailedEntityCall_InsideALock_TakesTheLockAgain()
    {
        var entity = new EntityInstanceId("flaky", "k");
        Functions.Entity("Flaky", dispatcher => dispatcher.DispatchAsync(operation =>
            broken ? throw new InvalidOperationException("not yet") : new ValueTask<object?>(5)));
        Functions.Orchestrator("Locked", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(entity);
            return await context.Entities.CallEntityAsync<int>(entity, "go");
        });
        var id = await FailAsync("Locked");
        await SettleAsync();

        Assert.Equal(5, await RewindAsync<int>(id));
    }

    [Fact]
    public async Task OrchestratorThatFailedByItself_RunsAsMendedCode()
    {
        Functions.Orchestrator("Buggy", async context =>
        {
            var value = await context.CallActivityAsync<int>("Increment", 1);
            return broken ? throw new NotSupportedException("a bug") : value;
        });
        var id = await FailAsync("Buggy");

        Assert.Equal(2, await RewindAsync<int>(id));
        Assert.Equal(1, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task StillFailing_FailsAgain()
    {
        Functions.Orchestrator("Steps", context => context.CallActivityAsync<int>("Flaky", 1));
        var id = await FailAsync("Steps");
        await Client.RewindInstanceAsync(id, "try", Limit);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(id)).RuntimeStatus);
        Assert.Equal(2, Functions.Runs["Flaky"]);
    }

    [Fact]
    public async Task Rewound_SurvivesACrash()
    {
        var gate = new TaskCompletionSource();
        Functions.Activity<int, int>("Gated", async x =>
        {
            if (broken)
                throw new InvalidOperationException("not yet");
            await gate.Task;
            return x;
        });
        Functions.Orchestrator("Steps", async context =>
            await context.CallActivityAsync<int>("Gated", await context.CallActivityAsync<int>("Increment", 1)));
        var id = await FailAsync("Steps");
        broken = false;
        await Client.RewindInstanceAsync(id, "mended", Limit);
        await CrashAsync();
        gate.SetResult();

        Assert.Equal(2, Result<int>(await EndAsync(id)));
        Assert.Equal(1, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task NotFailedOrUnknown_IsRefused()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        var id = (await RunAsync("Any")).InstanceId;

        var error = await Assert.ThrowsAsync<InstanceStateException>(() => Client.RewindInstanceAsync(id, "why", Limit));
        Assert.Equal($"Cannot rewind the orchestration instance '{id}' because instance is in the Completed state.", error.Message);
        await Assert.ThrowsAsync<InstanceNotFoundException>(() => Client.RewindInstanceAsync("nowhere", "why", Limit));
    }

    private async Task<string> FailAsync(string name)
    {
        var end = await RunAsync(name);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        return end.InstanceId;
    }

    private async Task<T> RewindAsync<T>(string id)
    {
        broken = false;
        await Client.RewindInstanceAsync(id, "mended", Limit);
        return Result<T>(await EndAsync(id));
    }
}
