using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace Pipeline.EndToEnd.Faults;

/// <summary>
/// An app to be killed: fan-outs below sub-orchestrations, a chain, timers, an entity, and rounds of continue-as-new. Every activity
/// says in the journal that it runs, and gives a number that follows from its label alone.
/// </summary>
public sealed class CrashWorkload(CrashJournal journal)
{
    public const int Branches = 6;
    public const int Leaves = 20;
    public const int Steps = 20;
    public const int Rounds = 40;

    /// <summary>How many activities one tree runs when nothing goes wrong.</summary>
    public const int ActivitiesOfATree = (Branches * Leaves) + Steps;

    [Function(nameof(Tree))]
    public static async Task<long> Tree([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var total = new EntityInstanceId(nameof(Total), context.InstanceId);
        var branches = await Task.WhenAll(Enumerable.Range(0, Branches).Select(branch =>
            context.CallSubOrchestratorAsync<long>(nameof(Branch), $"{context.InstanceId}/{branch}", new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-{branch}"))));
        foreach (var sum in branches)
        {
            await context.Entities.CallEntityAsync(total, "add", sum);
        }

        await context.CreateTimer(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        for (var step = 0; step < Steps; step++)
        {
            var value = await context.CallActivityAsync<long>(nameof(Work), $"{context.InstanceId}/step/{step}");
            await context.Entities.SignalEntityAsync(total, "add", value);
        }

        return await context.Entities.CallEntityAsync<long>(total, "get");
    }

    [Function(nameof(Branch))]
    public static async Task<long> Branch([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var label = context.GetInput<string>();
        var values = await Task.WhenAll(Enumerable.Range(0, Leaves).Select(leaf => context.CallActivityAsync<long>(nameof(Work), $"{label}/{leaf}")));
        return values.Sum();
    }

    [Function(nameof(Round))]
    public static async Task<long> Round([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var state = context.GetInput<RoundState>() ?? new RoundState(0, 0);
        var value = await context.CallActivityAsync<long>(nameof(Work), RoundLabel(context.InstanceId, state.Done));
        state = new RoundState(state.Done + 1, state.Sum + value);
        if (state.Done < Rounds)
        {
            context.ContinueAsNew(state);
        }

        return state.Sum;
    }

    [Function(nameof(Total))]
    public static Task Total([EntityTrigger] TaskEntityDispatcher dispatcher) => dispatcher.DispatchAsync(operation =>
    {
        var sum = operation.State.GetState(0L);
        if (operation.Name == "add")
        {
            operation.State.SetState(sum + operation.GetInput<long>());
        }

        return ValueTask.FromResult<object?>(sum);
    });

    [Function(nameof(Work))]
    public async Task<long> Work([ActivityTrigger] string label, CancellationToken cancellationToken)
    {
        await journal.RunAsync(label, cancellationToken);
        return ValueOf(label);
    }

    /// <summary>Starts an instance unless it is there; so a sender may repeat what was not answered.</summary>
    [Function(nameof(Begin))]
    public static async Task<IActionResult> Begin(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "begin/{orchestrator}/{id}")] HttpRequest request,
        string orchestrator,
        string id,
        [DurableClient] DurableTaskClient client)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await client.GetInstanceAsync(id, request.HttpContext.RequestAborted) is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input: null, new StartOrchestrationOptions(id), request.HttpContext.RequestAborted);
        }

        return new AcceptedResult();
    }

    /// <summary>Answers when the instance has ended, with its output.</summary>
    [Function(nameof(End))]
    public static async Task<IActionResult> End(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "end/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client)
    {
        ArgumentNullException.ThrowIfNull(request);
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, request.HttpContext.RequestAborted);
        return new ContentResult { Content = $"{end.RuntimeStatus} {end.SerializedOutput}", ContentType = "text/plain" };
    }

    public static string RoundLabel(string instance, int round) => $"{instance}/round/{round}";

    /// <summary>What the activity with this label gives. Takes about a millisecond.</summary>
    public static long ValueOf(string label)
    {
        var hash = Encoding.UTF8.GetBytes(label);
        for (var i = 0; i < 1_000; i++)
        {
            hash = SHA256.HashData(hash);
        }

        return BitConverter.ToUInt16(hash);
    }

    public static long SumOfATree(string instance) =>
        (from branch in Enumerable.Range(0, Branches) from leaf in Enumerable.Range(0, Leaves) select ValueOf($"{instance}/{branch}/{leaf}")).Sum()
        + Enumerable.Range(0, Steps).Sum(step => ValueOf($"{instance}/step/{step}"));

    public static long SumOfRounds(string instance) => Enumerable.Range(0, Rounds).Sum(round => ValueOf(RoundLabel(instance, round)));

    public sealed record RoundState(int Done, long Sum);
}
