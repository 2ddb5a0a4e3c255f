using Microsoft.DurableTask;

namespace Pipeline.Tests.Durable;

public sealed class RetryTests : DurableTest
{
    private readonly List<double> attempts = [];

    // The official host rounds the waits down to whole seconds.
    [Theory]
    [InlineData(3, 1, 1, 60, new double[] { 0, 1, 2 })]
    [InlineData(4, 1, 2, 60, new double[] { 0, 1, 3, 7 })]
    [InlineData(4, 1, 3, 2, new double[] { 0, 1, 3, 5 })]
    [InlineData(1, 1, 1, 60, new double[] { 0 })]
    public async Task Policy_AlwaysFailing_WaitsAsItSays(int count, double first, double factor, double longest, double[] expected)
    {
        var policy = new RetryPolicy(count, TimeSpan.FromSeconds(first), factor, TimeSpan.FromSeconds(longest));
        var failure = await FailAsync(TaskOptions.FromRetryPolicy(policy), seconds: 10);

        Assert.Equal(expected, attempts);
        // Attempts and waits take a number each.
        Assert.Equal((count - 1) * 2, failure.TaskId);
    }

    [Fact]
    public async Task Policy_Timeout_IsTestedWhenARetryIsDecidedNotAgainstTheWaitToCome()
    {
        var policy = new RetryPolicy(10, TimeSpan.FromSeconds(1), 2, retryTimeout: TimeSpan.FromSeconds(4));
        await FailAsync(TaskOptions.FromRetryPolicy(policy), seconds: 20);

        Assert.Equal([0, 1, 3, 7], attempts);
    }

    [Fact]
    public async Task Policy_HandleFailureSaysNo_StopsWithThatFailure()
    {
        var policy = new RetryPolicy(10, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.ErrorMessage != "failure 2" };
        var failure = await FailAsync(TaskOptions.FromRetryPolicy(policy), seconds: 20);

        Assert.Equal(2, attempts.Count);
        Assert.Equal("failure 2", failure.Message);
    }

    [Fact]
    public async Task Policy_WaitSurvivesARestart()
    {
        var calls = 0;
        Functions.Activity<int, int>("Flaky", (Func<int, int>)(_ => ++calls < 2 ? throw new InvalidOperationException("not yet") : calls));
        Functions.Orchestrator("Call", context => context.CallActivityAsync<int>(
            "Flaky", 0, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromHours(1)))));
        var id = await StartAsync("Call");
        await SettleAsync();
        await RestartAsync();
        await AdvanceAsync(TimeSpan.FromHours(1));

        Assert.Equal(2, Result<int>(await EndAsync(id)));
    }

    [Fact]
    public async Task Handler_IsAskedAfterEveryFailureAndRetriesAtOnce()
    {
        var asked = new List<int>();
        var failure = await FailAsync(TaskOptions.FromRetryHandler(retry =>
        {
            if (!retry.OrchestrationContext.IsReplaying)
                asked.Add(retry.LastAttemptNumber);
            return retry.LastAttemptNumber < 3;
        }), seconds: 0);

        Assert.Equal([1, 2, 3], asked);
        Assert.Equal([0, 0, 0], attempts);
        // Each attempt takes one number.
        Assert.Equal(2, failure.TaskId);
    }

    [Fact]
    public async Task Handler_ThatAwaitsADurableTimer_Waits()
    {
        await FailAsync(TaskOptions.FromRetryHandler(async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromSeconds(5), CancellationToken.None);
            return retry.LastAttemptNumber < 2;
        }), seconds: 10);

        Assert.Equal([0, 5], attempts);
    }

    [Fact]
    public async Task SubOrchestration_WithPolicy_IsRetriedUnderTheSameId()
    {
        var ids = new List<string>();
        Functions.Orchestrator("Child", async context =>
        {
            if (!context.IsReplaying)
                ids.Add(context.InstanceId);
            await context.CallActivityAsync<int>("Fail", "no");
        });
        Functions.Orchestrator("Parent", async context =>
        {
            try
            {
                await context.CallSubOrchestratorAsync("Child", options: TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(1))));
            }
            catch (TaskFailedException)
            {
                return true;
            }

            return false;
        });
        var id = await StartAsync("Parent");
        for (var i = 0; i < 3; i++)
            await AdvanceAsync(1);

        Assert.True(Result<bool>(await EndAsync(id)));
        Assert.Equal(3, ids.Count);
        Assert.Single(ids.Distinct());
    }

    [Fact]
    public void RetryPolicy_ValuesOutOfRange_AreRefused()
    {
        var second = TimeSpan.FromSeconds(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(0, second));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, second, 0.9));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, second, 1, TimeSpan.FromTicks(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(1, second, retryTimeout: TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void RetryPolicy_Defaults_AreNoBackOffOneHourAndNoTimeout()
    {
        var policy = new RetryPolicy(1, TimeSpan.FromSeconds(1));
        Assert.Equal(1, policy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromHours(1), policy.MaxRetryInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, policy.RetryTimeout);
    }

    /// <summary>Runs an activity that always fails, and moves the clock; notes the times of the attempts.</summary>
    private async Task<LastFailure> FailAsync(TaskOptions options, int seconds)
    {
        var begin = Time.GetUtcNow();
        Functions.Activity<int, int>("AlwaysFail", (Func<int, int>)(_ =>
        {
            attempts.Add((Time.GetUtcNow() - begin).TotalSeconds);
            throw new InvalidOperationException($"failure {attempts.Count}");
        }));
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                await context.CallActivityAsync<int>("AlwaysFail", 0, options);
                return new LastFailure(-1, "none");
            }
            catch (TaskFailedException e)
            {
                return new LastFailure(e.TaskId, e.FailureDetails.ErrorMessage);
            }
        });
        var id = await StartAsync("Call");
        for (var i = 0; i < seconds; i++)
            await AdvanceAsync(1);
        return Result<LastFailure>(await EndAsync(id));
    }

    private sealed record LastFailure(int TaskId, string Message);
}
