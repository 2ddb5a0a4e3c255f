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

    // Without the failure, the step after it has the number that its handling had.
    [Theory]
    [InlineData("activity")]
    [InlineData("child")]
    [InlineData("entity")]
    public async Task HandlingOfTheFailureThatStillRuns_DoesNotAnswerForAnotherStep(string handling)
    {
        var (begun, undo) = (new TaskCompletionSource(), new TaskCompletionSource());
        var next = new HeldActivity(Functions, "Next");
        Functions.Activity<int, int>("Undo", _ => UndoAsync());
        Functions.Entity("Undo", dispatcher => dispatcher.DispatchAsync(async _ => (object?)await UndoAsync()));
        Functions.Orchestrator("Undo", context => context.CallActivityAsync<int>("Undo", 0));
        Functions.Orchestrator("Compensate", async context =>
        {
            try
            {
                await context.CallActivityAsync<int>("Flaky", 1);
            }
            catch (TaskFailedException)
            {
                _ = handling switch
                {
                    "activity" => context.CallActivityAsync<int>("Undo", 0),
                    "child" => context.CallSubOrchestratorAsync<int>("Undo"),
                    _ => context.Entities.CallEntityAsync<int>(new EntityInstanceId("undo", "k"), "go"),
                };
                await context.WaitForExternalEvent<int>("give up");
                throw;
            }

            return await context.CallActivityAsync<int>("Next", 5);
        });
        var id = await StartAsync("Compensate");
        await begun.Task;
        await Client.RaiseEventAsync(id, "give up", 1, Limit);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(id)).RuntimeStatus);
        broken = false;
        await Client.RewindInstanceAsync(id, "mended", Limit);
        await next.Begun;
        undo.SetResult();
        await SettleAsync(heldActivities: 1);
        next.Release();

        Assert.Equal(5, Result<int>(await EndAsync(id)));

        async Task<int> UndoAsync()
        {
            begun.TrySetResult();
            await undo.Task;
            return -1;
        }
    }

    [Fact]
    public async Task SubOrchestrationThatStillRuns_AnswersUnderItsNewNumber()
    {
        Functions.Orchestrator("Child", async context =>
        {
            var first = await context.WaitForExternalEvent<int>("go");
            if (first > 0)
                return first;
            context.ContinueAsNew();
            return 0;
        });
        Functions.Orchestrator("Parent", async context =>
        {
            async Task<int> Flaky()
            {
                try
                {
                    return await context.CallActivityAsync<int>("Flaky", 1);
                }
                catch (TaskFailedException)
                {
                    await context.CallActivityAsync<string>("Echo", "handled");
                    await context.WaitForExternalEvent<int>("fail");
                    throw;
                }
            }

            var flaky = Flaky();
            await context.WaitForExternalEvent<int>("begin");
            var child = context.CallSubOrchestratorAsync<int>("Child", options: new SubOrchestrationOptions(instanceId: "c"));
            return await flaky + await child;
        });
        var id = await StartAsync("Parent");
        await SettleAsync();
        await Client.RaiseEventAsync(id, "begin", 1, Limit);
        await SettleAsync();
        await Client.RaiseEventAsync(id, "fail", 1, Limit);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await EndAsync(id)).RuntimeStatus);
        broken = false;
        await Client.RewindInstanceAsync(id, "mended", Limit);
        await SettleAsync();
        foreach (var value in new[] { 0, 5 })
        {
            await Client.RaiseEventAsync("c", "go", value, Limit);
            await SettleAsync();
        }

        Assert.Equal(15, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task SubOrchestrationThatRunsAnew_KeepsItsVersionAndTags()
    {
        Functions.Orchestrator("Child", async context => $"{context.Version} {await context.CallActivityAsync<int>("Flaky", 1)}");
        Functions.Orchestrator("Parent", context => context.CallSubOrchestratorAsync<string>("Child", options:
            new SubOrchestrationOptions(instanceId: "c") { Version = "2.0", Tags = new Dictionary<string, string> { ["a"] = "b" } }));
        var id = await FailAsync("Parent");
        await Client.PurgeInstanceAsync("c", Limit);

        Assert.Equal("2.0 10", await RewindAsync<string>(id));
        Assert.Equal("b", (await GetAsync("c")).Tags["a"]);
    }

    [Fact]
    public async Task Guids_StayTheSame()
    {
        Functions.Orchestrator("Guids", async context =>
        {
            var before = context.NewGuid();
            await context.CallActivityAsync<string>("Echo", before.ToString());
            await context.CallActivityAsync<int>("Flaky", 1);
            return before;
        });
        var id = await FailAsync("Guids");
        var noted = Hub.GetHistory(id)!.Single(entry => entry.FunctionName == "Echo").Result!.Trim('"');
        await Client.RewindInstanceAsync(id, "still broken", Limit);
        await EndAsync(id);

        Assert.Equal(noted, (await RewindAsync<Guid>(id)).ToString());
    }

    [Theory]
    [InlineData("failed child is gone")]
    [InlineData("running child has ended")]
    public async Task ChildThatChangesMeanwhile_NothingIsRewound(string change)
    {
        Functions.Orchestrator("Failing", context => context.CallActivityAsync<int>("Flaky", 1));
        Functions.Orchestrator("Running", context => context.WaitForExternalEvent<int>("go"));
        Functions.Orchestrator("Parent", async context =>
        {
            var running = context.CallSubOrchestratorAsync<int>("Running", options: new SubOrchestrationOptions(instanceId: "running"));
            return await context.CallSubOrchestratorAsync<int>("Failing", options: new SubOrchestrationOptions(instanceId: "failed"))
                + await running;
        });
        var id = await FailAsync("Parent");
        var plan = RewindPlan.Make(Hub.Services, Hub.Services.Reader.FindInstance(id)!.Info);
        if (change == "failed child is gone")
            await Client.PurgeInstanceAsync("failed", Limit);
        else
            await Client.RaiseEventAsync("running", "go", 5, Limit);
        await SettleAsync();

        var error = await Assert.ThrowsAsync<InstanceStateException>(() =>
            Hub.Services.Writer.EnqueueAsync(new RewindRequest(Hub.Services, plan), Limit));
        Assert.Contains("was changed while it was being rewound", error.Message, StringComparison.Ordinal);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await GetAsync(id)).RuntimeStatus);

        broken = false;
        await Client.RewindInstanceAsync(id, "again", Limit);
        if (change == "failed child is gone")
            await Client.RaiseEventAsync("running", "go", 5, Limit);
        Assert.Equal(15, Result<int>(await EndAsync(id)));
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
