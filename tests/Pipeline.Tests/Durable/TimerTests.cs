using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

public sealed class TimerTests : DurableTest
{
    // The official host fires up to a second early.
    [Fact]
    public async Task CreateTimer_FiresWhenDueAndNeverEarly()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            var due = context.CurrentUtcDateTime.AddSeconds(2.5);
            await context.CreateTimer(due, CancellationToken.None);
            return context.CurrentUtcDateTime - due;
        });
        var id = await StartAsync("Wait");
        await AdvanceAsync(2.4999);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        await AdvanceAsync(0.0001);

        Assert.Equal(TimeSpan.Zero, Result<TimeSpan>(await EndAsync(id)));
    }

    [Fact]
    public async Task SeveralTimers_FireInOrderOfTheirTimes()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            var order = new List<int>();
            async Task After(int seconds)
            {
                await context.CreateTimer(TimeSpan.FromSeconds(seconds), CancellationToken.None);
                order.Add(seconds);
            }

            await Task.WhenAll(new[] { 3, 0, 2, 1 }.Select(After));
            return order;
        });
        var id = await StartAsync("Wait");
        await AdvanceAsync(3);

        var order = Result<int[]>(await EndAsync(id));
        Assert.Equal([0, 1, 2, 3], order);
    }

    [Theory]
    [InlineData(0, DateTimeKind.Utc)]
    [InlineData(-5, DateTimeKind.Utc)]
    [InlineData(-5, DateTimeKind.Local)]
    [InlineData(0, DateTimeKind.Unspecified)]
    public async Task CreateTimer_DueNowOrBefore_FiresAtOnce(int seconds, DateTimeKind kind)
    {
        Functions.Orchestrator("Wait", async context =>
        {
            var due = context.CurrentUtcDateTime.AddSeconds(seconds);
            await context.CreateTimer(
                kind == DateTimeKind.Local ? due.ToLocalTime() : DateTime.SpecifyKind(due, kind), CancellationToken.None);
            return true;
        });
        Assert.True(await ResultAsync<bool>("Wait"));
    }

    [Fact]
    public async Task CreateTimer_In400Days_FiresThen()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(400), CancellationToken.None);
            return true;
        });
        var id = await StartAsync("Wait");
        await AdvanceAsync(TimeSpan.FromDays(399));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        await AdvanceAsync(TimeSpan.FromDays(1));

        Assert.True(Result<bool>(await EndAsync(id)));
    }

    [Fact]
    public async Task Cancel_EndsTheTimerAtOnceAndDoesNotHoldTheInstanceBack()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            using var source = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(1), source.Token);
            await context.CallActivityAsync<int>("Increment", 1);
            source.Cancel();
            try
            {
                await timer;
                return "fired";
            }
            catch (TaskCanceledException e)
            {
                return $"{timer.Status}: {e.Message}";
            }
        });
        Assert.Equal("Canceled: A task was canceled.", await ResultAsync<string>("Wait"));
    }

    [Fact]
    public async Task CreateTimer_WithACancelledToken_IsCancelled()
    {
        Functions.Orchestrator("Wait", context =>
            Task.FromResult(context.CreateTimer(TimeSpan.FromDays(1), new CancellationToken(true)).IsCanceled));
        Assert.True(await ResultAsync<bool>("Wait"));
    }

    [Fact]
    public async Task Timer_SurvivesACrash()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return context.CurrentUtcDateTime;
        });
        var due = Time.GetUtcNow().AddHours(1).UtcDateTime;
        var id = await StartAsync("Wait");
        await SettleAsync();
        await CrashAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(due, Result<DateTime>(await EndAsync(id)));
    }

    [Fact]
    public async Task Timer_DueWhileTheHubWasDown_FiresAtTheStart()
    {
        Functions.Orchestrator("Wait", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return true;
        });
        var id = await StartAsync("Wait");
        await SettleAsync();
        await Hub.StopAsync(Limit);
        Time.Advance(TimeSpan.FromHours(2));
        await OpenAsync();

        Assert.True(Result<bool>(await EndAsync(id)));
    }
}
