using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

/// <summary>Calls, signals and locks of entities, from within an orchestrator.</summary>
internal sealed class OrchestrationEntityFeature(OrchestrationExecution execution) : TaskOrchestrationEntityFeature
{
    private CriticalSection? Held => execution.Locks is { IsHeld: true } section ? section : null;

    public override Task<TResult> CallEntityAsync<TResult>(
        EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        execution.ThrowIfOffTurn();
        var entity = EntityId.Valid(id);
        var json = execution.Payloads.Converter.Serialize(input);
        var section = Held;
        if (section?.Holds(entity) == false)
        {
            throw new InvalidOperationException(
                "Must not call an entity from a critical section if it is not one of the locked entities.");
        }

        if (section?.TryBegin(entity) == false)
        {
            throw new InvalidOperationException(
                "Must not call an entity from a critical section while a prior call to the same entity is still pending.");
        }

        var action = new EntityCalled(execution.Clock, execution.TakeTaskId(), entity, operationName, json);
        var call = execution.Schedule<TResult>(action, failure => new EntityOperationFailedException(id, operationName, failure)).Task;
        return section is null ? call : EndingAsync(call, section, entity);
    }

    public override Task CallEntityAsync(
        EntityInstanceId id, string operationName, object? input = null, CallEntityOptions? options = null) =>
        CallEntityAsync<object>(id, operationName, input, options);

    public override Task SignalEntityAsync(
        EntityInstanceId id, string operationName, object? input = null, SignalEntityOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(operationName);
        execution.ThrowIfOffTurn();
        var entity = EntityId.Valid(id);
        if (Held?.Holds(entity) == true)
            throw new InvalidOperationException("Must not signal a locked entity from a critical section.");
        execution.Record(new EntitySignaled(
            execution.Clock, execution.TakeTaskId(), entity, operationName, execution.Payloads.Converter.Serialize(input))
        {
            DueAt = options?.SignalTime?.UtcDateTime,
        });
        return Task.CompletedTask;
    }

    public override async Task<IAsyncDisposable> LockEntitiesAsync(IEnumerable<EntityInstanceId> entityIds)
    {
        ArgumentNullException.ThrowIfNull(entityIds);
        execution.ThrowIfOffTurn();
        // Everybody locks in the same order, so nobody waits in a circle.
        var sorted = entityIds.Select(EntityId.Valid).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("The list of entities to lock must not be empty.", nameof(entityIds));
        if (execution.Locks is not null)
            throw new InvalidOperationException("Must not enter another critical section from within a critical section.");

        var action = new EntitiesLocked(execution.Clock, execution.TakeTaskId(), sorted);
        var section = execution.Locks = new CriticalSection(action.TaskId, sorted);
        await execution.Schedule<object?>(action).Task;
        section.IsHeld = true;
        return new Releaser(execution, section);
    }

    public override bool InCriticalSection([NotNullWhen(true)] out IReadOnlyList<EntityInstanceId>? entityIds)
    {
        entityIds = Held?.EntityIds.Select(EntityInstanceId.FromString).ToArray();
        return entityIds is not null;
    }

    private static async Task<T> EndingAsync<T>(Task<T> call, CriticalSection section, string entity)
    {
        try
        {
            return await call;
        }
        finally
        {
            section.End(entity);
        }
    }

    private sealed class Releaser(OrchestrationExecution execution, CriticalSection section) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            if (execution.Locks == section)
            {
                execution.ThrowIfOffTurn();
                execution.Locks = null;
                execution.Record(new EntitiesUnlocked(execution.Clock, execution.TakeTaskId(), section.EntityIds));
            }

            return ValueTask.CompletedTask;
        }
    }
}
