using Microsoft.DurableTask.Entities;

namespace Pipeline.Tests.Durable;

public sealed class EntityLockTests : DurableTest
{
    private static readonly EntityInstanceId A = new("account", "a");
    private static readonly EntityInstanceId B = new("account", "b");
    private static readonly EntityInstanceId C = new("account", "c");

    public EntityLockTests() => Functions.Entity<AccountEntity>("Account");

    [Fact]
    public async Task Locks_OverTwoEntitiesInBothOrdersSixAtOnce_NeitherDeadlockNorLose()
    {
        Functions.Orchestrator("Transfer", async context =>
        {
            var (from, to) = context.GetInput<int>() % 2 == 0 ? (A, B) : (B, A);
            await using (await context.Entities.LockEntitiesAsync(from, to))
            {
                var balance = await context.Entities.CallEntityAsync<int>(from, "Get");
                await context.CallActivityAsync<int>("Increment", 1);
                await context.Entities.CallEntityAsync(from, "Set", balance - 1);
                await context.Entities.CallEntityAsync(to, "Set", await context.Entities.CallEntityAsync<int>(to, "Get") + 3);
            }
        });
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => StartAsync("Transfer", i)));
        foreach (var id in ids)
            Result<object>(await EndAsync(id));

        Assert.Equal(6, await StateAsync(A));
        Assert.Equal(6, await StateAsync(B));
    }

    [Fact]
    public async Task InsideALock_TheSectionIsSeenWithItsIdsSorted()
    {
        Functions.Orchestrator("Look", async context =>
        {
            var before = context.Entities.InCriticalSection();
            var handle = await context.Entities.LockEntitiesAsync(B, A, B);
            var inside = context.Entities.InCriticalSection(out var ids);
            await handle.DisposeAsync();
            await handle.DisposeAsync();
            return $"{before} {inside} {string.Join(' ', ids!)} {context.Entities.InCriticalSection()}";
        });
        Assert.Equal("False True @account@a @account@b False", await ResultAsync<string>("Look"));
    }

    [Theory]
    [InlineData("call", "Must not call an entity from a critical section if it is not one of the locked entities.")]
    [InlineData("signal", "Must not signal a locked entity from a critical section.")]
    [InlineData("twice", "Must not call an entity from a critical section while a prior call to the same entity is still pending.")]
    [InlineData("lock", "Must not enter another critical section from within a critical section.")]
    [InlineData("child", "While holding locks, cannot call suborchestrators.")]
    public async Task InsideALock_WhatCouldDeadlock_IsRefused(string what, string message)
    {
        Functions.Orchestrator("Child", _ => Task.CompletedTask);
        Functions.Orchestrator("Try", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(A);
            try
            {
                await (what switch
                {
                    "call" => context.Entities.CallEntityAsync(B, "Get"),
                    "signal" => context.Entities.SignalEntityAsync(A, "Set", 1),
                    "twice" => Task.WhenAll(context.Entities.CallEntityAsync(A, "Get"), context.Entities.CallEntityAsync(A, "Get")),
                    "lock" => context.Entities.LockEntitiesAsync(B),
                    _ => context.CallSubOrchestratorAsync("Child"),
                });
                return "allowed";
            }
            catch (InvalidOperationException e)
            {
                return e.Message;
            }
        });
        Assert.Equal(message, await ResultAsync<string>("Try"));
    }

    [Fact]
    public async Task InsideALock_ActivitiesAndSignalsToOthers_AreAllowed()
    {
        Functions.Orchestrator("Try", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(A);
            await context.Entities.SignalEntityAsync(B, "Set", 5);
            return await context.CallActivityAsync<int>("Increment", 1);
        });
        Assert.Equal(2, await ResultAsync<int>("Try"));
        await SettleAsync();
        Assert.Equal(5, await StateAsync(B));
    }

    [Fact]
    public async Task LockOfNothing_IsRefused()
    {
        Functions.Orchestrator("Try", context => context.Entities.LockEntitiesAsync([]));
        Assert.StartsWith(
            "System.ArgumentException: The list of entities to lock must not be empty.",
            (await RunAsync("Try")).SerializedOutput,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignalToALockedEntity_WaitsForTheRelease()
    {
        var id = await HoldAsync();
        await Client.Entities.SignalEntityAsync(A, "Set", 9, cancellation: Limit);
        await SettleAsync();
        var locked = (await Client.Entities.GetEntityAsync<int>(A, Limit))!;
        Assert.Equal((1, 1, id), (locked.State, locked.BacklogQueueSize, locked.LockedBy));

        await Client.RaiseEventAsync(id, "go", "end", Limit);
        await EndAsync(id);
        await SettleAsync();
        Assert.Equal(9, await StateAsync(A));
    }

    [Theory]
    [InlineData("end")]
    [InlineData("fail")]
    [InlineData("again")]
    public async Task OrchestrationThatEndsWithTheLock_ReleasesIt(string how)
    {
        var id = await HoldAsync();
        await Client.RaiseEventAsync(id, "go", how, Limit);
        await EndAsync(id);
        await SettleAsync();
        Assert.Null((await Client.Entities.GetEntityAsync(A, Limit))!.LockedBy);
    }

    [Fact]
    public async Task TerminatedOrchestration_LeavesTheLockUntilItIsCleaned()
    {
        var id = await HoldAsync();
        await Client.TerminateInstanceAsync(id, Limit);
        await EndAsync(id);
        await SettleAsync();
        Assert.Equal(id, (await Client.Entities.GetEntityAsync(A, Limit))!.LockedBy);

        Assert.Equal(1, (await Client.Entities.CleanEntityStorageAsync(cancellation: Limit)).OrphanedLocksReleased);
        await SettleAsync();
        Assert.Null((await Client.Entities.GetEntityAsync(A, Limit))!.LockedBy);
        Assert.Equal(0, (await Client.Entities.CleanEntityStorageAsync(cancellation: Limit)).OrphanedLocksReleased);
    }

    [Fact]
    public async Task OrchestrationTerminatedWhileItWaitsForALock_NeverHoldsIt()
    {
        var holder = await HoldAsync();
        Functions.Orchestrator("Late", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(A, B);
        });
        var late = await StartAsync("Late");
        await SettleAsync();
        await Client.TerminateInstanceAsync(late, Limit);
        await EndAsync(late);
        await Client.RaiseEventAsync(holder, "go", "end", Limit);
        await EndAsync(holder);
        await SettleAsync();

        Functions.Orchestrator("Next", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(B, A, C);
            return true;
        });
        Assert.True(await ResultAsync<bool>("Next"));
    }

    // The grant is on the disk when the orchestration ends, but it has not come to it.
    [Theory]
    [InlineData("fail")]
    [InlineData("again")]
    [InlineData("terminate")]
    public async Task OrchestrationThatEndsBeforeItSeesItsLock_ReleasesIt(string how)
    {
        var holder = await HoldAsync();
        Functions.Orchestrator("Late", async context =>
        {
            if (context.GetInput<string>() == "second")
                return;
            var locking = context.Entities.LockEntitiesAsync(A);
            if (await context.WaitForExternalEvent<string>("how") == "fail")
                throw new InvalidOperationException("on purpose");
            context.ContinueAsNew("second");
        });
        var late = await StartAsync("Late");
        await SettleAsync();
        await Client.SuspendInstanceAsync(late, null, Limit);
        await Client.RaiseEventAsync(late, "how", how, Limit);
        await Client.RaiseEventAsync(holder, "go", "end", Limit);
        await EndAsync(holder);
        await SettleAsync();
        Assert.Equal(late, (await Client.Entities.GetEntityAsync(A, Limit))!.LockedBy);

        await (how == "terminate" ? Client.TerminateInstanceAsync(late, Limit) : Client.ResumeInstanceAsync(late, null, Limit));
        await EndAsync(late);
        await SettleAsync();
        Assert.Null((await Client.Entities.GetEntityAsync(A, Limit))!.LockedBy);
    }

    [Fact]
    public async Task InsideALock_CallThatIsRefused_IsNotTakenForPending()
    {
        Functions.Orchestrator("Try", async context =>
        {
            await using var section = await context.Entities.LockEntitiesAsync(A);
            try
            {
                await context.Entities.CallEntityAsync(A, "Set", double.NaN);
            }
            catch (ArgumentException)
            {
                await context.Entities.CallEntityAsync(A, "Set", 7);
            }
        });
        Result<object>(await RunAsync("Try"));
        Assert.Equal(7, await StateAsync(A));
    }

    [Fact]
    public async Task Lock_SurvivesACrash()
    {
        var id = await HoldAsync();
        await CrashAsync();
        await Client.Entities.SignalEntityAsync(A, "Set", 9, cancellation: Limit);
        await SettleAsync();
        Assert.Equal(1, await StateAsync(A));
        await Client.RaiseEventAsync(id, "go", "end", Limit);
        await EndAsync(id);
        await SettleAsync();
        Assert.Equal(9, await StateAsync(A));
    }

    private async Task<string> HoldAsync()
    {
        Functions.Orchestrator("Hold", async context =>
        {
            if (context.GetInput<string>() == "second")
                return;
            var section = await context.Entities.LockEntitiesAsync(A);
            await context.Entities.CallEntityAsync(A, "Set", 1);
            switch (await context.WaitForExternalEvent<string>("go"))
            {
                case "fail":
                    throw new InvalidOperationException("on purpose");
                case "again":
                    context.ContinueAsNew("second");
                    break;
            }

            GC.KeepAlive(section);
        });
        var id = await StartAsync("Hold");
        await SettleAsync();
        return id;
    }

    private async Task<int> StateAsync(EntityInstanceId id) => (await Client.Entities.GetEntityAsync<int>(id, Limit))!.State;

    public sealed class AccountEntity : TaskEntity<int>
    {
        public int Get() => State;

        public void Set(int value) => State = value;
    }
}
