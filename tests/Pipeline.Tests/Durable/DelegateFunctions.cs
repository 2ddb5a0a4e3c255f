using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;
using Microsoft.DurableTask.Entities;
using Pipeline.Embedded.Durable;

namespace Pipeline.Tests.Durable;

/// <summary>Functions for a task hub, made of delegates.</summary>
internal sealed class DelegateFunctions : IDurableFunctions
{
    private readonly Dictionary<string, Func<TaskOrchestrationContext, Task<object?>>> orchestrators = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<string, string?, CancellationToken, Task<string?>>> activities = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<TaskEntityDispatcher, Task>> entities = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<string> OrchestratorNames => orchestrators.Keys;

    /// <summary>How often each activity was run.</summary>
    public ConcurrentDictionary<string, int> Runs { get; } = new(StringComparer.OrdinalIgnoreCase);

    public void Orchestrator<T>(string name, Func<TaskOrchestrationContext, Task<T>> function) =>
        orchestrators[name] = async context => await function(context);

    public void Orchestrator(string name, Func<TaskOrchestrationContext, Task> function) =>
        orchestrators[name] = async context =>
        {
            await function(context);
            return null;
        };

    public void Activity<TInput, TResult>(string name, Func<TInput, TResult> function) =>
        Activity<TInput, TResult>(name, input => Task.FromResult(function(input)));

    public void Activity<TInput, TResult>(string name, Func<TInput, Task<TResult>> function) =>
        Activity<TInput, TResult>(name, (input, _) => function(input));

    public void Activity<TInput, TResult>(string name, Func<TInput, CancellationToken, Task<TResult>> function) =>
        activities[name] = async (_, json, token) =>
            Json.Serialize(await function(Json.Deserialize<TInput>(json)!, token));

    public void RawActivity(string name, Func<string, string?, Task<string?>> function) =>
        activities[name] = (id, json, _) => function(id, json);

    public void Entity<T>(string name)
        where T : ITaskEntity => entities[name] = dispatcher => dispatcher.DispatchAsync<T>();

    public void Entity(string name, Func<TaskEntityDispatcher, Task> function) => entities[name] = function;

    public bool HasOrchestrator(string name) => orchestrators.ContainsKey(name);

    public bool HasActivity(string name) => activities.ContainsKey(name);

    public bool HasEntity(string name) => entities.ContainsKey(name);

    public Task<object?> RunOrchestratorAsync(string name, TaskOrchestrationContext context) => orchestrators[name](context);

    public Task<string?> RunActivityAsync(string name, string instanceId, string? serializedInput, CancellationToken cancellationToken)
    {
        Runs.AddOrUpdate(name, 1, (_, count) => count + 1);
        return activities[name](instanceId, serializedInput, cancellationToken);
    }

    public Task RunEntityAsync(string name, TaskEntityDispatcher dispatcher) => entities[name](dispatcher);

    private static DataConverter Json => JsonDataConverter.Default;
}
