using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

/// <summary>
/// An orchestrator that awaits anything but its context. The official host notices only what comes before the first durable await, and
/// hangs otherwise; here it always fails, and says why.
/// </summary>
public sealed class NonDurableAwaitTests : DurableTest
{
    private readonly TaskCompletionSource outside = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task BeforeTheContextIsUsed_Fails() => await FailsAsync(_ => outside.Task);

    [Fact]
    public async Task AfterADurableAwait_Fails() => await FailsAsync(async context =>
    {
        await context.CallActivityAsync<int>("Increment", 1);
        await outside.Task;
        await context.CallActivityAsync<int>("Increment", 1);
    });

    [Fact]
    public async Task TaskRun_Fails() => await FailsAsync(async context =>
    {
        await Task.Run(() => outside.Task);
        await context.CallActivityAsync<int>("Increment", 1);
    });

    [Fact]
    public async Task ConfigureAwaitFalse_OnADurableTask_Fails() => await FailsAsync(async context =>
    {
        await context.CallActivityAsync<int>("Increment", 1).ConfigureAwait(false);
        await context.CallActivityAsync<int>("Increment", 1);
    });

    [Fact]
    public async Task ConfigureAwaitFalse_OnTheLastDurableTask_Fails() => await FailsAsync(async context =>
        await context.CallActivityAsync<int>("Increment", 1).ConfigureAwait(false));

    [Fact]
    public async Task WhileSomethingDurableIsOutstanding_FailsWhenItComesBack()
    {
        Functions.Orchestrator("Stray", async context =>
        {
            var durable = context.WaitForExternalEvent<int>("never");
            await Task.WhenAny(durable, outside.Task);
        });
        var id = await StartAsync("Stray");
        await SettleAsync();
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await GetAsync(id)).RuntimeStatus);
        outside.SetResult();

        AssertStrayed(await EndAsync(id));
    }

    [Fact]
    public async Task UseOfTheContext_FromAnotherThread_ThrowsThereAndFails()
    {
        var thrown = new TaskCompletionSource<Exception>();
        Functions.Orchestrator("Stray", async context =>
        {
            _ = Task.Run(async () =>
            {
                try
                {
                    await context.CallActivityAsync<int>("Increment", 1);
                }
                catch (InvalidOperationException e)
                {
                    thrown.SetResult(e);
                }
            });
            await context.WaitForExternalEvent<int>("never");
        });
        var id = await StartAsync("Stray");

        Assert.Contains("invalid asynchronous invocation", (await thrown.Task).Message, StringComparison.Ordinal);
        AssertStrayed(await EndAsync(id));
    }

    [Fact]
    public async Task TasksOfTheOrchestratorsOwnScheduler_AreFine()
    {
        Functions.Orchestrator("Tidy", async context =>
        {
            var continued = context.CallActivityAsync<int>("Increment", 1).ContinueWith(task => task.Result * 10);
            var started = await Task.Factory.StartNew(() => 5);
            await Task.CompletedTask;
            await Task.Yield();
            return await continued + started;
        });

        Assert.Equal(25, await ResultAsync<int>("Tidy"));
    }

    private async Task FailsAsync(Func<TaskOrchestrationContext, Task> orchestrator)
    {
        Functions.Orchestrator("Stray", orchestrator);
        AssertStrayed(await RunAsync("Stray"));
        outside.TrySetResult();
    }

    private static void AssertStrayed(OrchestrationMetadata end)
    {
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith(
            "System.InvalidOperationException: An invalid asynchronous invocation was detected", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains("Await only what the orchestration context returns", end.SerializedOutput, StringComparison.Ordinal);
    }
}
