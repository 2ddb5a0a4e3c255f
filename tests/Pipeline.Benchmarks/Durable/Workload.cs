using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Benchmarks.Durable;

/// <summary>Orchestrations of activities that do next to nothing: what remains is the cost of the task hub.</summary>
public static class Workload
{
    /// <summary>Starts instances, waits until all have ended, and answers with what each gave or how it failed.</summary>
    [Function(nameof(Run))]
    public static async Task<IActionResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "run/{orchestrator}/{input:int}/{instances:int}")] HttpRequest request,
        string orchestrator,
        int input,
        int instances,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new OkObjectResult(await Task.WhenAll(Enumerable.Range(0, instances).Select(_ => OneAsync())));

        async Task<string> OneAsync()
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, cancellationToken);
            var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
            return end.RuntimeStatus == OrchestrationRuntimeStatus.Completed ? end.SerializedOutput ?? "" : end.RuntimeStatus.ToString();
        }
    }

    /// <summary>Adds one to each of the numbers below the input, side by side; their sum.</summary>
    [Function(nameof(FanOut))]
    public static async Task<long> FanOut([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var results = new Task<int>[context.GetInput<int>()];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = context.CallActivityAsync<int>(nameof(AddOne), i);
        }

        return (await Task.WhenAll(results)).Sum(result => (long)result);
    }

    /// <summary>Adds one to zero as often as the input says, one after the other.</summary>
    [Function(nameof(Chain))]
    public static async Task<int> Chain([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (value, length) = (0, context.GetInput<int>());
        for (var i = 0; i < length; i++)
        {
            value = await context.CallActivityAsync<int>(nameof(AddOne), value);
        }

        return value;
    }

    [Function(nameof(AddOne))]
    public static int AddOne([ActivityTrigger] int value) => value + 1;
}
