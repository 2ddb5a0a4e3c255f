using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Durable;

public sealed class ReplayTests : DurableTest
{
    // The newest event alone is news; whatever led up to it is replayed when the orchestration is not in memory.
    [Fact]
    public async Task IsReplaying_AfterARestart_IsTrueBeforeTheNewestEventAndFalseAfterIt()
    {
        var seen = new List<string>();
        Functions.Orchestrator("Look", async context =>
        {
            seen.Add($"begin {context.IsReplaying}");
            await context.WaitForExternalEvent<int>("one");
            seen.Add($"one {context.IsReplaying}");
            await context.WaitForExternalEvent<int>("two");
            seen.Add($"two {context.IsReplaying}");
        });
        await Hub.StopAsync(Limit);
        await OpenAsync(Options with { VerifyReplay = false });

        var id = await StartAsync("Look");
        await Client.RaiseEventAsync(id, "one", 1, Limit);
        await SettleAsync();
        await EvictAsync(Hub.Services.Instances.All.Single());
        await Client.RaiseEventAsync(id, "two", 2, Limit);
        await EndAsync(id);

        Assert.Equal(["begin False", "one False", "begin True", "one True", "two False"], seen);
    }

    [Fact]
    public async Task ReplaySafeLogger_LogsOnce()
    {
        Functions.Orchestrator("Log", async context =>
        {
            var logger = context.CreateReplaySafeLogger("mine");
            logger.LogInformation("step one");
            await context.CallActivityAsync<int>("Increment", 1);
            logger.LogInformation("step two");
        });

        // The end is verified by a replay, which must be silent.
        await RunAsync("Log");
        Assert.Single(Log.Lines, line => line.Text == "step one");
        Assert.Single(Log.Lines, line => line.Text == "step two");
    }

    [Fact]
    public async Task CurrentUtcDateTime_IsTheSameBetweenAwaitsAndLaterAfterOne()
    {
        Functions.Orchestrator("Clock", async context =>
        {
            var first = context.CurrentUtcDateTime;
            Time.Advance(TimeSpan.FromSeconds(5));
            var second = context.CurrentUtcDateTime;
            await context.WaitForExternalEvent<int>("go");
            return (object)new[] { first, second, context.CurrentUtcDateTime };
        });
        await Hub.StopAsync(Limit);
        await OpenAsync(Options with { VerifyReplay = false });

        var id = await StartAsync("Clock");
        await SettleAsync();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        var times = Result<DateTime[]>(await EndAsync(id));

        Assert.Equal(DateTimeKind.Utc, times[0].Kind);
        Assert.Equal(times[0], times[1]);
        Assert.Equal(times[0].AddSeconds(5), times[2]);
    }

    [Fact]
    public async Task NewGuid_IsOfVersion5AndAlwaysAnotherAndTheSameInEveryReplay()
    {
        Functions.Orchestrator("Guids", async context =>
        {
            var guids = new List<Guid> { context.NewGuid(), context.NewGuid() };
            await context.CallActivityAsync<int>("Increment", 1);
            guids.Add(context.NewGuid());
            return guids;
        });

        // Equal in the replay at the end, or it would not complete.
        var guids = await ResultAsync<List<Guid>>("Guids");
        Assert.All(guids, guid => Assert.Equal(5, guid.Version));
        Assert.Equal(3, guids.Distinct().Count());
    }

    [Fact]
    public async Task NewGuid_InTheNextRound_Differs()
    {
        Functions.Orchestrator("Rounds", context =>
        {
            var seen = context.GetInput<List<Guid>>() ?? [];
            seen.Add(context.NewGuid());
            if (seen.Count < 3)
                context.ContinueAsNew(seen);
            return Task.FromResult(seen);
        });

        Assert.Equal(3, (await ResultAsync<List<Guid>>("Rounds")).Distinct().Count());
    }

    [Theory]
    [InlineData("activity", "a previous execution of this orchestration scheduled an activity task with sequence number 0 named 'Echo'")]
    [InlineData("timer", "but the current orchestration replay instead scheduled a timer with this sequence number")]
    [InlineData("fewer", "the current orchestration replay did not schedule it")]
    [InlineData("more", "no previous execution of this orchestration scheduled anything with this sequence number")]
    public async Task ChangedOrchestrator_ThatNoLongerMatchesItsHistory_FailsAndNamesTheStep(string change, string message)
    {
        var end = await ChangeWhileItWaitsAsync(() => Functions.Orchestrator("Changing", async context =>
        {
            if (change == "timer")
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            else if (change == "activity")
                await context.CallActivityAsync<int>("Increment", 1);
            else if (change == "more")
                await Task.WhenAll(context.CallActivityAsync<string>("Echo", "a"), context.CallActivityAsync<string>("Echo", "b"));
            await context.WaitForExternalEvent<int>("go");
        }));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException: Non-Deterministic workflow detected:", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains(message, end.SerializedOutput, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task RemovedOrchestrator_FailsAndSaysThatItIsGone()
    {
        var end = await ChangeWhileItWaitsAsync(() => Functions = new DelegateFunctions());

        Assert.Contains("doesn\\u0027t exist", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChangedOrchestrator_ThatCatchesEverything_FailsNevertheless()
    {
        var end = await ChangeWhileItWaitsAsync(() => Functions.Orchestrator("Changing", async context =>
        {
            try
            {
                await context.CallActivityAsync<int>("Increment", 1);
            }
            catch (Exception)
            {
                await context.WaitForExternalEvent<int>("go");
            }
        }));

        Assert.Contains("'Echo'", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyReplay_OrchestratorThatReadsTheRealClock_Fails()
    {
        var ticks = 0;
        Functions.Orchestrator("Impure", context => context.CallActivityAsync<string>("Echo", $"tick {ticks++}"));
        var end = await RunAsync("Impure");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("with '\"tick 0\"', but the current orchestration replay passes '\"tick 1\"'", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyReplay_OrchestratorThatReturnsSomethingElse_Fails()
    {
        var calls = 0;
        Functions.Orchestrator("Impure", _ => Task.FromResult(calls++));
        Assert.Contains(
            "ended with Completed, output 0, custom status none, and its replay from history with Completed, output 1",
            (await RunAsync("Impure")).SerializedOutput,
            StringComparison.Ordinal);
    }

    /// <summary>Runs an orchestration of a step and a wait, whose code changes while it waits and the hub is down.</summary>
    private async Task<OrchestrationMetadata> ChangeWhileItWaitsAsync(Action change)
    {
        Functions.Orchestrator("Changing", async context =>
        {
            await context.CallActivityAsync<string>("Echo", "a");
            await context.WaitForExternalEvent<int>("go");
        });
        var id = await StartAsync("Changing");
        await SettleAsync();
        await Hub.StopAsync(Limit);
        change();
        await OpenAsync();
        await Client.RaiseEventAsync(id, "go", 1, Limit);
        return await EndAsync(id);
    }
}
