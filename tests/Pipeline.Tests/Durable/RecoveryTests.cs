using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

public sealed class RecoveryTests : DurableTest
{
    [Fact]
    public async Task Crash_WhileAnActivityRuns_RunsItAgainButNotThoseThatHadEnded()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Both", async context =>
        {
            var first = await context.CallActivityAsync<int>("Increment", 1);
            return await context.CallActivityAsync<int>("Slow", first);
        });
        var id = await StartAsync("Both");
        await SettleAsync(heldActivities: 1);
        await CrashAsync();
        slow.Release();

        Assert.Equal(2, Result<int>(await EndAsync(id)));
        Assert.Equal(1, Functions.Runs["Increment"]);
        Assert.Equal(2, Functions.Runs["Slow"]);
    }

    [Fact]
    public async Task Stop_LetsRunningActivitiesEndAndKeepsTheirResults()
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Call", context => context.CallActivityAsync<int>("Slow", 7));
        var id = await StartAsync("Call");
        await slow.Begun;
        var stopping = Hub.StopAsync(Limit);
        Assert.False(stopping.IsCompleted);
        slow.Release();
        await stopping;
        await OpenAsync();

        Assert.Equal(7, Result<int>(await EndAsync(id)));
        Assert.Equal(1, Functions.Runs["Slow"]);
    }

    [Fact]
    public async Task Stop_WithoutPatience_CancelsActivitiesWhichRunAgainAfterTheNextStart()
    {
        var begun = new TaskCompletionSource();
        var runs = 0;
        Functions.Activity<int, int>("Endless", async (x, token) =>
        {
            if (Interlocked.Increment(ref runs) > 1)
                return x;
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return -1;
        });
        Functions.Orchestrator("Call", context => context.CallActivityAsync<int>("Endless", 7));
        var id = await StartAsync("Call");
        await begun.Task;
        await Hub.StopAsync(new CancellationToken(canceled: true));
        await OpenAsync();

        Assert.Equal(7, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Stop_ActivityThatFailsBecauseItIsCutShort_RunsAgainAfterTheNextStart()
    {
        // Heeds nothing, so that the hub does not stop before the other's outcome, if there is one, is written.
        var stubborn = new HeldActivity(Functions, "Stubborn");
        var runs = 0;
        Functions.Activity<int, int>("Wrapping", async (x, token) =>
        {
            if (Interlocked.Increment(ref runs) > 1)
                return x;
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException("interrupted", e);
            }

            return -1;
        });
        Functions.Orchestrator("Call", async context =>
            (await Task.WhenAll(context.CallActivityAsync<int>("Wrapping", 7), context.CallActivityAsync<int>("Stubborn", 1)))[0]);
        var id = await StartAsync("Call");
        await SettleAsync(heldActivities: 2);
        var stopping = Hub.StopAsync(new CancellationToken(canceled: true));
        await SettleAsync(heldActivities: 1);
        stubborn.Release();
        await stopping;
        await OpenAsync();

        Assert.Equal(7, Result<int>(await EndAsync(id)));
    }

    // A termination is committed, and the process dies before any instance has heard of it.
    [Theory]
    [InlineData("child")]
    [InlineData("grandchild")]
    [InlineData("parent")]
    public async Task Crash_AfterARecursiveTerminationWasTakenOn_BeginsNothingBelowItAgain(string withNews)
    {
        var slow = new HeldActivity(Functions, "Slow");
        Functions.Orchestrator("Grandchild", Twice);
        Functions.Orchestrator("Child", Above("Grandchild", "grandchild"));
        Functions.Orchestrator("Parent", Above("Child", "child"));
        await StartAsync("Parent", id: "parent");
        await SettleAsync(heldActivities: 3);
        await Hub.AbandonAsync();
        using (var session = new WriteSession(StoreDatabase.Create(StorePath)))
        {
            // Something that would let an instance go on, too: its outcome came just before.
            session.Transact([Send(withNews, new TaskCompleted(Time.GetUtcNow().UtcDateTime, 0, "1"))], () => false);
            session.Transact([Send("parent", new ExecutionTerminated(Time.GetUtcNow().UtcDateTime, null, Recursive: true))], () => false);
        }

        await OpenAsync();
        foreach (var id in new[] { "parent", "child", "grandchild" })
            Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await EndAsync(id)).RuntimeStatus);
        await SettleAsync();
        Assert.Equal(3, Functions.Runs["Slow"]);

        SendRequest Send(string id, HistoryEvent @event) => new(Hub.Services, id, @event, _ => null);

        static async Task<int> Twice(TaskOrchestrationContext context) =>
            await context.CallActivityAsync<int>("Slow", 1) + await context.CallActivityAsync<int>("Slow", 2);

        static Func<TaskOrchestrationContext, Task<int>> Above(string name, string id) => async context =>
        {
            var own = Twice(context);
            return await context.CallSubOrchestratorAsync<int>(name, options: new SubOrchestrationOptions(instanceId: id)) + await own;
        };
    }

    [Fact]
    public async Task Crash_AtEveryStep_ResumesExactly()
    {
        Functions.Orchestrator("Chain", async context =>
        {
            var value = 0;
            for (var i = 0; i < 10; i++)
            {
                value = await context.CallActivityAsync<int>("Increment", value);
                value += await context.WaitForExternalEvent<int>("go");
            }

            return value;
        });
        var id = await StartAsync("Chain");
        for (var i = 0; i < 10; i++)
        {
            await SettleAsync();
            await CrashAsync();
            // An instance that failed says why, where the event would only say that it is not running.
            var instance = (await Client.GetInstanceAsync(id, true, Limit))!;
            Assert.True(instance.IsRunning, $"{instance.RuntimeStatus} at step {i}: {instance.SerializedOutput}");
            await Client.RaiseEventAsync(id, "go", 100, Limit);
        }

        Assert.Equal(1010, Result<int>(await EndAsync(id)));
        Assert.Equal(10, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task SecondHub_OnTheSameStore_IsRefused()
    {
        await using var second = new TaskHub(Options, Functions, Log);
        var error = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(Limit));
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoreOfAnotherFormat_IsRefused()
    {
        await Hub.StopAsync(Limit);
        using (var connection = StoreDatabase.Open(StorePath, readOnly: false))
            StoreDatabase.Run(connection, "PRAGMA user_version = 99");
        var hub = new TaskHub(Options, Functions, Log);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => hub.StartAsync(Limit));
        Assert.Contains("is a task hub of format 99; this version reads format 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_HistoryThatCannotBeRead_SaysSoAndLetsGoOfTheStore()
    {
        Functions.Orchestrator("Wait", context => context.WaitForExternalEvent<int>("go"));
        var id = await StartAsync("Wait");
        await SettleAsync();
        await Hub.StopAsync(Limit);
        Run("UPDATE history SET kind = 99");
        var hub = new TaskHub(Options, Functions, Log);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => hub.StartAsync(Limit));
        Assert.Contains("a history row of kind 99", error.Message, StringComparison.Ordinal);

        Run("UPDATE history SET kind = 1");
        await OpenAsync();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        Assert.Equal(1, Result<int>(await EndAsync(id)));

        void Run(string sql)
        {
            using var connection = StoreDatabase.Open(StorePath, readOnly: false);
            StoreDatabase.Run(connection, sql);
        }
    }

    [Fact]
    public async Task AfterStop_TheClientSaysSo()
    {
        Functions.Orchestrator("Any", _ => Task.CompletedTask);
        await Hub.StopAsync(Limit);
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => StartAsync("Any"));
        Assert.Contains("The task hub has stopped.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestThatIsNotWritten_WhenTheHubIsAbandoned_SaysSo()
    {
        using var writer = new HeldWriter();
        Hub.Services.Writer.Enqueue(writer);
        await writer.Holding.Task;
        var starting = StartAsync("Any");
        var abandoning = Hub.AbandonAsync();
        writer.Release.Set();
        await abandoning;

        await Assert.ThrowsAsync<ObjectDisposedException>(() => starting);
    }

    // Rebuilt from a history that lacks its last turn, it would do that turn's steps a second time.
    [Fact]
    public async Task OrchestrationWithAnUnwrittenTurn_StaysInMemory()
    {
        using var turn = new ManualResetEventSlim();
        using var writer = new HeldWriter();
        Functions.Orchestrator("Wait", async context =>
        {
            await context.WaitForExternalEvent<int>("go");
            turn.Wait(Limit);
            var result = await context.CallActivityAsync<int>("Increment", 1);
            await context.WaitForExternalEvent<int>("end");
            return result;
        });
        var id = await StartAsync("Wait");
        await SettleAsync();
        var instance = Hub.Services.Instances.All.Single();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        Hub.Services.Writer.Enqueue(writer);
        await writer.Holding.Task;
        turn.Set();
        while (!instance.IsIdle)
            await Task.Yield();
        Assert.False(instance.TryEvict());

        writer.Release.Set();
        await SettleAsync();
        Assert.True(instance.TryEvict());
        await Client.RaiseEventAsync(id, "end", 1, Limit);
        Assert.Equal(2, Result<int>(await EndAsync(id)));
        Assert.Equal(1, Functions.Runs["Increment"]);
    }

    [Fact]
    public async Task EventThatIsReadFromTheStoreBeforeItIsDelivered_IsSeenOnce()
    {
        using var writer = new HeldWriter();
        using var delivery = new HeldDelivery();
        Functions.Orchestrator("Two", async context =>
            (await context.WaitForExternalEvent<int>("go") * 10) + await context.WaitForExternalEvent<int>("go"));
        var id = await StartAsync("Two");
        await SettleAsync();
        var instance = Hub.Services.Instances.All.Single();
        await EvictAsync(instance);

        // One transaction for both, of which the event is on the disk, but not delivered.
        Hub.Services.Writer.Enqueue(writer);
        await writer.Holding.Task;
        Hub.Services.Writer.Enqueue(delivery);
        var first = Client.RaiseEventAsync(id, "go", 1, Limit);
        writer.Release.Set();
        await delivery.Holding.Task;
        instance.Wake();
        while (!instance.IsIdle)
            await Task.Yield();
        delivery.Release.Set();
        await first;
        await SettleAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        await Client.RaiseEventAsync(id, "go", 2, Limit);
        Assert.Equal(12, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task MoreOrchestrationsThanStayInMemory_AllGoOn()
    {
        await Hub.StopAsync(Limit);
        await OpenAsync(Options with { MaxLiveOrchestrations = 5 });
        Functions.Orchestrator("Wait", async context =>
        {
            var sum = await context.CallActivityAsync<int>("Increment", 0);
            for (var i = 0; i < 3; i++)
                sum += await context.WaitForExternalEvent<int>("n");
            return sum;
        });
        var ids = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StartAsync("Wait")));
        for (var i = 1; i <= 3; i++)
        {
            await SettleAsync();
            await Task.WhenAll(ids.Select(id => Client.RaiseEventAsync(id, "n", i * 10, Limit)));
        }

        foreach (var id in ids)
            Assert.Equal(61, Result<int>(await EndAsync(id)));
        Assert.Equal(50, Functions.Runs["Increment"]);
    }

    /// <summary>Keeps what was written after it in the same transaction from being delivered.</summary>
    private sealed class HeldDelivery : Commit, IDisposable
    {
        public TaskCompletionSource Holding { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ManualResetEventSlim Release { get; } = new();

        public override void Apply(WriteSession session)
        {
        }

        public override void Committed()
        {
            Holding.TrySetResult();
            Release.Wait();
        }

        public void Dispose() => Release.Dispose();
    }
}
