using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Tests.Durable;

public sealed class FailureTests : DurableTest
{
    [Fact]
    public async Task ActivityThrows_TheOrchestratorGetsATaskFailedException()
    {
        Functions.Orchestrator("Call", async context =>
        {
            await context.CallActivityAsync<int>("Increment", 1);
            try
            {
                return await context.CallActivityAsync<string>("Fail", "boom");
            }
            catch (TaskFailedException e)
            {
                return $"{e.Message}|{e.TaskName}|{e.TaskId}|{e.InnerException is not null}|{e.FailureDetails.StackTrace!.Length > 0}";
            }
        });

        Assert.Equal("Task 'Fail' (#1) failed with an unhandled exception: boom|Fail|1|True|True", await ResultAsync<string>("Call"));
    }

    // The official host gives "(unknown)" and nothing of the inner failures.
    [Fact]
    public async Task ActivityThrows_TheFailureHasTypeAndCauses()
    {
        Functions.Activity<int, int>("Nested", (Func<int, int>)(_ => throw new CustomException("outer", new FormatException("inner"))));
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                await context.CallActivityAsync<int>("Nested", 0);
                return "nothing";
            }
            catch (TaskFailedException e)
            {
                var failure = e.FailureDetails;
                return string.Join('|', failure.ErrorType, failure.InnerFailure!.ErrorType, failure.InnerFailure.ErrorMessage,
                    failure.IsCausedBy<InvalidOperationException>(), e.IsCausedByException<CustomException>(), failure.IsCausedBy<FormatException>());
            }
        });

        Assert.Equal($"{typeof(CustomException).FullName}|System.FormatException|inner|True|True|False", await ResultAsync<string>("Call"));
    }

    [Fact]
    public async Task ActivityThrowsAggregateOrCanceled_TheFailureIsLikeAnyOther()
    {
        Functions.Activity<int, int>("Many", (Func<int, int>)(_ =>
            throw new AggregateException("many", new FormatException("first"), new FormatException("second"))));
        Functions.Activity<int, int>("Canceled", (Func<int, int>)(_ => throw new TaskCanceledException("gone")));
        Functions.Orchestrator("Call", async context =>
        {
            var messages = new List<string>();
            foreach (var name in new[] { "Many", "Canceled" })
            {
                try
                {
                    await context.CallActivityAsync<int>(name, 0);
                }
                catch (TaskFailedException e)
                {
                    messages.Add(e.FailureDetails.ErrorMessage);
                }
            }

            return messages;
        });

        var messages = await ResultAsync<string[]>("Call");
        Assert.Equal(["many (first) (second)", "gone"], messages);
    }

    [Fact]
    public async Task SubOrchestrationThrows_TypeAndInnerFailuresAreKept()
    {
        Functions.Orchestrator("Child", (Func<TaskOrchestrationContext, Task>)(_ =>
            throw new CustomException("outer", new FormatException("inner"))));
        Functions.Orchestrator("Parent", async context =>
        {
            try
            {
                await context.CallSubOrchestratorAsync("Child");
                return "nothing";
            }
            catch (TaskFailedException e)
            {
                return $"{e.FailureDetails.ErrorType}|{e.FailureDetails.InnerFailure!.ErrorMessage}";
            }
        });

        Assert.Equal($"{typeof(CustomException).FullName}|inner", await ResultAsync<string>("Parent"));
    }

    [Fact]
    public async Task FailureThroughTwoLevels_MessageNamesBothTasks()
    {
        Functions.Orchestrator("FailLoose", context => context.CallActivityAsync<int>("Fail", "boom"));
        Functions.Orchestrator("Parent", async context =>
        {
            try
            {
                await context.CallSubOrchestratorAsync("FailLoose");
                return "nothing";
            }
            catch (TaskFailedException e)
            {
                return $"{e.Message}|{e.FailureDetails.ErrorType}|{e.FailureDetails.InnerFailure!.ErrorMessage}";
            }
        });

        Assert.Equal(
            "Task 'FailLoose' (#0) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled exception: boom"
            + "|Microsoft.DurableTask.TaskFailedException|boom",
            await ResultAsync<string>("Parent"));
    }

    [Fact]
    public async Task OrchestratorThrows_OutputIsTypeAndMessageAndTheCustomStatusIsKept()
    {
        Functions.Orchestrator("Throw", async context =>
        {
            context.SetCustomStatus("half way");
            await context.CallActivityAsync<int>("Increment", 1);
            throw new CustomException("no", null);
        });
        var end = await RunAsync("Throw");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal($"{typeof(CustomException).FullName}: no", end.SerializedOutput);
        Assert.Equal("\"half way\"", end.SerializedCustomStatus);
        // Null in the official host.
        Assert.Equal("no", end.FailureDetails!.ErrorMessage);
    }

    [Fact]
    public void FailureDetails_IsCausedBy_FollowsBaseTypesNotInnerFailures()
    {
        var failure = TaskFailureDetails.FromException(new CustomException("outer", new FormatException("inner")));

        Assert.True(failure.IsCausedBy<Exception>());
        Assert.True(failure.IsCausedBy<InvalidOperationException>());
        Assert.False(failure.IsCausedBy<FormatException>());
        Assert.True(failure.InnerFailure!.IsCausedBy<FormatException>());
    }

    private sealed class CustomException(string message, Exception? inner) : InvalidOperationException(message, inner);
}
