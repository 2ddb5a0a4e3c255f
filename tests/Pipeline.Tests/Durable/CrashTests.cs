using System.Collections.Concurrent;
using Microsoft.DurableTask.Entities;
using Pipeline.Embedded.Durable;
using Xunit.Abstractions;

namespace Pipeline.Tests.Durable;

/// <summary>
/// A hub that dies at random moments: the results are exact, and no activity whose outcome was committed runs again.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output) : DurableTest
{
    private readonly ConcurrentDictionary<string, bool> committed = new();
    private readonly ConcurrentBag<string> ranAgain = [];
    private readonly EntityInstanceId total = new("total", "all");
    private TaskCompletionSource crash = new();
    private int untilCrash = int.MaxValue;

    private protected override TaskHubOptions Options =>
        new() { Path = StorePath, TimeProvider = TimeProvider.System, VerifyReplay = true, MaxLiveOrchestrations = 3 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Crash_AtRandomMoments_ChangesNothing(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        Define();
        var ids = Enumerable.Range(0, 5).Select(i => $"job{i}").ToArray();
        foreach (var id in ids)
            await StartAsync("Job", 0, id);
        for (var i = 0; i < 12; i++)
        {
            crash = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref untilCrash, random.Next(1, 60));
            await Task.WhenAny(crash.Task, Task.WhenAll(ids.Select(EndAsync)));
            await Hub.AbandonAsync();
            await OpenAsync();
            await NoteCommittedAsync();
        }

        Volatile.Write(ref untilCrash, int.MaxValue);
        foreach (var id in ids)
            Assert.Equal(3 * ((10 * 11 / 2) + 6), Result<int>(await EndAsync(id)));
        await SettleAsync();
        Assert.Empty(ranAgain);
        Assert.Equal(ids.Length * 3, (await Client.Entities.GetEntityAsync<int>(total, Limit))!.State);
    }

    private void Define()
    {
        Functions.Activity<string, int>("Step", key =>
        {
            if (committed.ContainsKey(key))
                ranAgain.Add(key);
            if (Interlocked.Decrement(ref untilCrash) == 0)
                crash.TrySetResult();
            return int.Parse(key[(key.LastIndexOf('/') + 1)..]);
        });
        Functions.Entity("Total", dispatcher => dispatcher.DispatchAsync(operation =>
        {
            var sum = operation.State.GetState<int>() + operation.GetInput<int>();
            operation.State.SetState(sum);
            return new ValueTask<object?>(sum);
        }));
        Functions.Orchestrator("Child", async context =>
        {
            var sum = 0;
            for (var i = 1; i <= 3; i++)
                sum += await context.CallActivityAsync<int>("Step", $"{context.GetInput<string>()}/{i}");
            return sum;
        });
        // Three rounds of a fan-out, a chain in a child, a timer, an event to itself and an entity call under a lock.
        Functions.Orchestrator("Job", async context =>
        {
            var state = context.GetInput<int>();
            var (round, sum) = (state % 10, state / 10);
            var prefix = $"{context.InstanceId}/{round}";
            var parts = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => context.CallActivityAsync<int>("Step", $"{prefix}/fan/{i}")));
            context.SendEvent(context.InstanceId, "self", round);
            sum += parts.Sum() + await context.CallSubOrchestratorAsync<int>("Child", $"{prefix}/child");
            await context.CreateTimer(TimeSpan.FromMilliseconds(5), CancellationToken.None);
            if (await context.WaitForExternalEvent<int>("self") != round)
                throw new InvalidOperationException("another round's event");
            await using (await context.Entities.LockEntitiesAsync(total))
                await context.Entities.CallEntityAsync<int>(total, "add", 1);
            if (round < 2)
                context.ContinueAsNew((sum * 10) + round + 1);
            return sum;
        });
    }

    /// <summary>Notes which activities the store says have ended: they must not run again.</summary>
    private async Task NoteCommittedAsync()
    {
        await foreach (var instance in Client.GetAllInstancesAsync())
        {
            foreach (var entry in Hub.GetHistory(instance.InstanceId) ?? [])
            {
                if (entry is { EventType: "TaskCompleted", FunctionName: "Step", Input: { } input })
                    committed[input.Trim('"')] = true;
            }
        }
    }
}
