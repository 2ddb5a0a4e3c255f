using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Pipeline.Tests.Architecture;

/// <summary>One orchestrator for each way to differ from replay to replay, and one that does it well. None is a function of an app.</summary>
internal static class WrongOrchestrators
{
    public static Task<DateTime> AsksTheClock([OrchestrationTrigger] TaskOrchestrationContext context) =>
        Task.FromResult(DateTime.UtcNow + (context.CurrentUtcDateTime - DateTime.UnixEpoch));

    public static async Task MakesAnIdInALambda([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await Task.WhenAll(new[] { "a", "b" }.Select(name => context.CallActivityAsync(name, Guid.NewGuid())));

    public static async Task DelaysAfterAnActivity([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync("First");
        await Task.Delay(TimeSpan.FromSeconds(1));
    }

    public static Task<string> RunsOnAnotherThread([OrchestrationTrigger] TaskOrchestrationContext context) => Task.Run(() => context.InstanceId);

    public static async Task DrawsInAHelper([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        async Task Once(int attempt) => await context.CallActivityAsync("Try", Draw(attempt));

        await Once(1);
    }

    public static async Task<int> LeavesTheContext([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<int>("First").ConfigureAwait(false);

    public static async Task<Guid> AsksItsContext([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(1), CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(number => context.CallActivityAsync("Try", number)));
        return context.NewGuid();
    }

    private static int Draw(int attempt) => Random.Shared.Next(attempt);
}
