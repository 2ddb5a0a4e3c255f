using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What an entity function receives: it says which entity class or handler runs the operations that are waiting.</summary>
public sealed class TaskEntityDispatcher
{
    private readonly Func<ITaskEntity, Task> run;

    internal TaskEntityDispatcher(Func<ITaskEntity, Task> run) => this.run = run;

    /// <summary>The services of the invocation, from which <see cref="DispatchAsync{T}"/> makes the entity.</summary>
    internal IServiceProvider? Services { get; set; }

    public Task DispatchAsync(ITaskEntity entity)
    {
        ArgumentNullException.ThrowIfNull(entity);
        return run(entity);
    }

    public Task DispatchAsync<T>()
        where T : ITaskEntity
    {
        var entity = Services is null ? Activator.CreateInstance<T>() : ActivatorUtilities.GetServiceOrCreateInstance<T>(Services);
        return run(entity);
    }

    public Task DispatchAsync(Func<TaskEntityOperation, ValueTask<object?>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return run(new HandlerEntity(handler));
    }

    private sealed class HandlerEntity(Func<TaskEntityOperation, ValueTask<object?>> handler) : ITaskEntity
    {
        public ValueTask<object?> RunAsync(TaskEntityOperation operation) => handler(operation);
    }
}
