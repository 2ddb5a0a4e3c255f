using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Tests.Durable;

public sealed class EntityTests : DurableTest
{
    private static readonly EntityInstanceId Counter = new("Counter", "k");

    public EntityTests()
    {
        Functions.Entity<CounterEntity>("Counter");
        Functions.Entity<PlainCounterEntity>("Plain");
        Functions.Entity("Handler", dispatcher => dispatcher.DispatchAsync(operation =>
        {
            if (operation.Name == "set")
                operation.State.SetState(operation.GetInput<string>());
            else if (operation.Name == "throw")
                throw new InvalidOperationException("no such thing");
            return new ValueTask<object?>($"{operation.Name} {operation.State.GetState<string>("nothing")} {operation.HasInput}");
        }));
    }

    [Fact]
    public void EntityInstanceId_LowersTheNameAndKeepsTheKey()
    {
        var id = new EntityInstanceId("Counter", "Key@1");
        Assert.Equal(("counter", "Key@1", "@counter@Key@1"), (id.Name, id.Key, id.ToString()));
        Assert.Equal(id, EntityInstanceId.FromString("@Counter@Key@1"));
        Assert.Equal("\"@counter@Key@1\"", System.Text.Json.JsonSerializer.Serialize(id));
        Assert.Equal(string.Empty, new EntityInstanceId("c", string.Empty).Key);
        Assert.Throws<ArgumentException>(() => new EntityInstanceId("a@b", "k"));
    }

    [Fact]
    public async Task CallSignalCall_InOneOrchestration_RunInOrder()
    {
        Functions.Orchestrator("Use", async context =>
        {
            var first = await context.Entities.CallEntityAsync<int>(Counter, "add", 1);
            await context.Entities.SignalEntityAsync(Counter, "add", 10);
            return first + await context.Entities.CallEntityAsync<int>(Counter, "ADD", 100);
        });
        Assert.Equal(112, await ResultAsync<int>("Use"));
    }

    [Fact]
    public async Task SignalsOfAClient_RunInOrderAndNeverOverlap()
    {
        var running = 0;
        Functions.Entity("Slow", dispatcher => dispatcher.DispatchAsync(async operation =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            await Task.Yield();
            operation.State.SetState(operation.State.GetState<string>() + operation.GetInput<int>());
            Interlocked.Decrement(ref running);
            return null;
        }));
        var id = new EntityInstanceId("slow", "s");
        foreach (var i in Enumerable.Range(0, 10))
            await Client.Entities.SignalEntityAsync(id, "append", i, cancellation: Limit);
        await SettleAsync();

        Assert.Equal("0123456789", (await Client.Entities.GetEntityAsync<string>(id, Limit))!.State);
    }

    [Fact]
    public async Task FiveCallsAtOnce_RunInCallOrder()
    {
        Functions.Orchestrator("Use", context =>
            Task.WhenAll(Enumerable.Range(0, 5).Select(_ => context.Entities.CallEntityAsync<int>(Counter, "Add", 1))));
        var values = await ResultAsync<int[]>("Use");
        Assert.Equal([1, 2, 3, 4, 5], values);
    }

    [Fact]
    public async Task OperationThrows_TheCallerIsToldAndStateAndSignalsAreRolledBack()
    {
        Functions.Orchestrator("Use", async context =>
        {
            await context.Entities.CallEntityAsync(Counter, "Add", 1);
            try
            {
                await context.Entities.CallEntityAsync(Counter, "AddSignalAndFail", 100);
                return "nothing";
            }
            catch (EntityOperationFailedException e)
            {
                var left = await context.Entities.CallEntityAsync<int>(Counter, "Get");
                return $"{e.Message}|{e.FailureDetails.ErrorType}|{e.FailureDetails.InnerFailure!.ErrorMessage}|{left}";
            }
        });

        Assert.Equal(
            "Operation 'AddSignalAndFail' of entity '@counter@k' failed: oh|System.InvalidOperationException|inner|1",
            await ResultAsync<string>("Use"));
        await SettleAsync();
        Assert.Null(await Client.Entities.GetEntityAsync(new EntityInstanceId("Counter", "other"), Limit));
    }

    [Fact]
    public async Task UnknownOperation_IsNotSupported() =>
        Assert.Equal(
            "System.NotSupportedException: No suitable method found for entity operation 'counter/nosuch'.",
            await FailureAsync(Counter, "nosuch"));

    [Fact]
    public async Task UnknownEntity_FailsACallAndDropsASignal()
    {
        await Client.Entities.SignalEntityAsync(new EntityInstanceId("nowhere", "k"), "go", Limit);
        Assert.StartsWith("EntityFunctionNotFound: ", await FailureAsync(new EntityInstanceId("nowhere", "k"), "go"), StringComparison.Ordinal);
    }

    // Once it were stored, neither this hub nor the next one could deliver it.
    [Fact]
    public async Task DefaultEntityId_IsRefused()
    {
        Functions.Orchestrator("Use", async context =>
        {
            var refused = 0;
            foreach (var use in new Func<Task>[]
            {
                () => context.Entities.CallEntityAsync(default, "go"),
                () => context.Entities.SignalEntityAsync(default, "go"),
                () => context.Entities.LockEntitiesAsync(Counter, default),
            })
            {
                try
                {
                    await use();
                }
                catch (ArgumentException)
                {
                    refused++;
                }
            }

            return refused;
        });

        Assert.Equal(3, await ResultAsync<int>("Use"));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Client.Entities.SignalEntityAsync(default, "go", Limit));
        Assert.Contains("needs a name and a key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EntityFunctionThatDispatchesNothing_FailsTheCall()
    {
        Functions.Entity("Idle", _ => Task.CompletedTask);
        Assert.Contains("ended without running its operations", await FailureAsync(new EntityInstanceId("idle", "k"), "go"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MethodParameters_AreTheInputTheContextAndDefaults()
    {
        Assert.Equal("k 5 7", await CallAsync<string>(Counter, "Describe", 5));
        Assert.Contains(
            "The operation expected an input value, but no input was provided by the caller.",
            await FailureAsync(Counter, "Add"),
            StringComparison.Ordinal);
        Assert.Equal(7, await CallAsync<int>(Counter, "Optional"));
    }

    [Theory]
    [InlineData("AsTask", 1)]
    [InlineData("AsTaskOfResult", 2)]
    [InlineData("AsValueTask", 3)]
    [InlineData("AsValueTaskOfResult", 4)]
    public async Task MethodResults_OfAllKindsOfTasks_AreAwaitedBeforeTheStateIsSaved(string operation, int state)
    {
        Assert.Equal(operation.EndsWith("Result", StringComparison.Ordinal) ? state * 10 : 0, await CallAsync<int>(Counter, operation));
        Assert.Equal(state, await CallAsync<int>(Counter, "Get"));
    }

    [Fact]
    public async Task StateDispatch_IfAllowed_ReachesTheStatesMethods()
    {
        var id = new EntityInstanceId("plain", "k");
        Assert.Equal(3, await CallAsync<int>(id, "raise", 3));
        Assert.Equal(8, await CallAsync<int>(id, "raise", 5));
    }

    [Fact]
    public async Task InitializeState_IsCalledWithTheFirstOperation()
    {
        Functions.Entity<InitialisedEntity>("Init");
        Assert.Equal("made by First", await CallAsync<string>(new EntityInstanceId("init", "k"), "First"));
        Assert.Equal("made by First", await CallAsync<string>(new EntityInstanceId("init", "k"), "Second"));
    }

    [Fact]
    public async Task Delete_IsImplicitForClassesOnly()
    {
        await CallAsync<int>(Counter, "Add", 1);
        Assert.NotNull(await Client.Entities.GetEntityAsync(Counter, Limit));
        await CallAsync<object>(Counter, "delete");
        Assert.Null(await Client.Entities.GetEntityAsync(Counter, Limit));

        var handler = new EntityInstanceId("handler", "k");
        await CallAsync<string>(handler, "set", "x");
        Assert.Equal("delete x False", await CallAsync<string>(handler, "delete"));
    }

    [Fact]
    public async Task Handler_SeesTheOperationsNameAsSent() =>
        Assert.Equal("mIxEd nothing True", await CallAsync<string>(new EntityInstanceId("handler", "k"), "mIxEd", 1));

    [Fact]
    public async Task Get_WithoutState_SaysThatItIsNotIncluded()
    {
        await CallAsync<int>(Counter, "Add", 4);
        var without = await Client.Entities.GetEntityAsync<int>(Counter, false, Limit);
        Assert.False(without!.IncludesState);
        Assert.Throws<InvalidOperationException>(() => without.State);

        var with = await Client.Entities.GetEntityAsync(Counter, Limit);
        Assert.Equal(4, with!.State.ReadAs<int>());
        Assert.Equal(Time.GetUtcNow(), with.LastModifiedTime);
        Assert.Null(with.LockedBy);
    }

    [Fact]
    public async Task Get_OneThatWasOnlyRead_GivesNull()
    {
        var id = new EntityInstanceId("handler", "only-read");
        await CallAsync<string>(id, "look");
        Assert.Null(await Client.Entities.GetEntityAsync(id, Limit));
    }

    [Fact]
    public async Task ScheduleNewOrchestration_InAnOperation_StartsWhenItHasEnded()
    {
        Functions.Orchestrator("Started", context => Task.FromResult(context.GetInput<string>()));
        var id = await CallAsync<string>(Counter, "Start", "hello");
        Assert.Equal("hello", Result<string>(await EndAsync(id)));
    }

    [Fact]
    public async Task ScheduledSignal_IsDeliveredWhenDueAlsoAfterACrash()
    {
        await Client.Entities.SignalEntityAsync(Counter, "Add", 5, Time.GetUtcNow().AddSeconds(10), Limit);
        await AdvanceAsync(9);
        Assert.Null(await Client.Entities.GetEntityAsync(Counter, Limit));
        await CrashAsync();
        await AdvanceAsync(1);
        Assert.Equal(5, (await Client.Entities.GetEntityAsync<int>(Counter, Limit))!.State);
    }

    [Fact]
    public async Task List_ByPrefix_DoesNotRegardTheNamesCase()
    {
        await CallAsync<int>(Counter, "Add", 1);
        await CallAsync<int>(new EntityInstanceId("Counter", "K2"), "Add", 2);
        await CallAsync<int>(new EntityInstanceId("Plain", "k"), "raise", 1);

        Assert.Equal(["@counter@K2", "@counter@k"], await Ids(new EntityQuery { InstanceIdStartsWith = "@Counter" }));
        Assert.Equal(["@counter@k"], await Ids(new EntityQuery { InstanceIdStartsWith = "@COUNTER@k" }));
        Assert.Empty(await Ids(new EntityQuery { InstanceIdStartsWith = "k" }));
        Assert.Equal(3, (await Ids(new EntityQuery { PageSize = 1 })).Length);
        Assert.Empty(await Ids(new EntityQuery { LastModifiedFrom = Time.GetUtcNow().AddSeconds(1) }));

        async Task<string[]> Ids(EntityQuery query)
        {
            var ids = new List<string>();
            await foreach (var entity in Client.Entities.GetAllEntitiesAsync(query))
                ids.Add(entity.Id.ToString());
            return [.. ids];
        }
    }

    [Fact]
    public async Task State_SurvivesACrash()
    {
        await CallAsync<int>(Counter, "Add", 1);
        await CrashAsync();
        Assert.Equal(3, await CallAsync<int>(Counter, "Add", 2));
    }

    [Fact]
    public async Task ManyEntities_LeaveMemoryAndKeepTheirState()
    {
        await Hub.StopAsync(Limit);
        await OpenAsync(Options with { MaxLiveOrchestrations = 2 });
        for (var round = 1; round <= 2; round++)
        {
            foreach (var i in Enumerable.Range(0, 20))
                Assert.Equal(round, await CallAsync<int>(new EntityInstanceId("Counter", $"{i}"), "Add", 1));
        }
    }

    private Task<T> CallAsync<T>(EntityInstanceId id, string operation, object? input = null)
    {
        Functions.Orchestrator("Call", context => context.Entities.CallEntityAsync<T>(id, operation, input));
        return ResultAsync<T>("Call");
    }

    private Task<string> FailureAsync(EntityInstanceId id, string operation)
    {
        Functions.Orchestrator("Fails", async context =>
        {
            try
            {
                await context.Entities.CallEntityAsync<object>(id, operation);
                return "nothing";
            }
            catch (EntityOperationFailedException e)
            {
                return e.FailureDetails.ToString();
            }
        });
        return ResultAsync<string>("Fails");
    }

    public sealed class CounterEntity : TaskEntity<int>
    {
        public int Add(int amount) => State += amount;

        public int Get() => State;

        public int Optional(int amount = 7) => State + amount;

        public string Describe(int input, TaskEntityContext context) => $"{context.Id.Key} {input} {Optional()}";

        public void AddSignalAndFail(int amount)
        {
            State += amount;
            Context.SignalEntity(new EntityInstanceId("Counter", "other"), "Add", 1);
            throw new InvalidOperationException("oh", new FormatException("inner"));
        }

        public string Start(string input) => Context.ScheduleNewOrchestration("Started", input);

        public async Task AsTask()
        {
            await Task.Yield();
            State = 1;
        }

        public async Task<int> AsTaskOfResult()
        {
            await Task.Yield();
            State = 2;
            return 20;
        }

        public async ValueTask AsValueTask()
        {
            await Task.Yield();
            State = 3;
        }

        public async ValueTask<int> AsValueTaskOfResult()
        {
            await Task.Yield();
            State = 4;
            return 40;
        }
    }

    public sealed class PlainCounterEntity : TaskEntity<PlainCounter>
    {
        protected override bool AllowStateDispatch => true;
    }

    public sealed class PlainCounter
    {
        public int Value { get; set; }

        public int Raise(int amount) => Value += amount;
    }

    public sealed class InitialisedEntity : TaskEntity<string>
    {
        public string First() => State;

        public string Second() => State;

        protected override string InitializeState(TaskEntityOperation entityOperation) => $"made by {entityOperation.Name}";
    }
}
