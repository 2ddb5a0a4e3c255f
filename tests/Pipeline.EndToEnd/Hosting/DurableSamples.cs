using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Entities;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>Orchestrations that the tests steer from outside.</summary>
public sealed class DurableSamples(DurableSamples.Switchboard switchboard)
{
    public sealed class Switchboard
    {
        private int _greetings;

        /// <summary>Whether the activity Flaky fails.</summary>
        public bool Broken { get; set; } = true;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Leave { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Greetings => _greetings;

        public void Greeted() => Interlocked.Increment(ref _greetings);
    }

    public sealed class Counter : TaskEntity<int>
    {
        public int Add(int amount) => State += amount;
    }

    [Function("Greet")]
    public static async Task<string> Greet([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SetCustomStatus(new { Step = 1 });
        return await context.CallActivityAsync<string>("Hello", context.GetInput<string>() ?? "nobody");
    }

    [Function("Hello")]
    public string Hello([ActivityTrigger] string name)
    {
        switchboard.Greeted();
        return $"Hello {name}";
    }

    [Function("Wait")]
    public static Task<string> Wait([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.WaitForExternalEvent<string>("go");

    [Function("Echo")]
    public static object? Echo([OrchestrationTrigger] TaskOrchestrationContext context, System.Text.Json.JsonElement input) => input;

    [Function("Rewindable")]
    public static async Task<string> Rewindable([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<string>("Hello", "first") + await context.CallActivityAsync<string>("Flaky");

    [Function("Flaky")]
    public string Flaky([ActivityTrigger] string? input) =>
        switchboard.Broken ? throw new InvalidOperationException("broken") : ", and mended";

    [Function("Slow")]
    public static async Task<string> SlowOrchestrator([OrchestrationTrigger] TaskOrchestrationContext context) =>
        await context.CallActivityAsync<string>("SlowStep");

    [Function("SlowStep")]
    public async Task<string> SlowStep([ActivityTrigger] string? input, CancellationToken cancellationToken)
    {
        switchboard.Entered.TrySetResult();
        await switchboard.Leave.Task.WaitAsync(cancellationToken);
        return "ended";
    }

    [Function("SlowRequest")]
    public async Task<string> SlowRequest([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")] HttpRequest request)
    {
        switchboard.Entered.TrySetResult();
        await switchboard.Leave.Task;
        return "ended";
    }

    [Function("CounterEntity")]
    public static Task CounterEntity([EntityTrigger(EntityName = "counter")] TaskEntityDispatcher dispatcher) =>
        dispatcher.DispatchAsync<Counter>();

    [Function("StartGreet")]
    public static async Task<IActionResult> StartGreet(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "greet/{name}")] HttpRequest request,
        string name,
        [DurableClient] DurableTaskClient client)
    {
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Greet", name);
        return new AcceptedResult((string?)null, client.CreateHttpManagementPayload(id));
    }
}
