namespace Microsoft.DurableTask.Entities;

/// <summary>
/// The base of an entity class: an operation runs the public method of its name (in any case). With
/// <see cref="AllowStateDispatch"/> the state's own methods come next; an operation <c>delete</c> that neither has clears the state.
/// </summary>
public abstract class TaskEntity<TState> : ITaskEntity
{
    /// <summary>Whether operations that the entity lacks go to the state's methods. Default false.</summary>
    protected virtual bool AllowStateDispatch => false;

    protected TState State { get; set; } = default!;

    protected TaskEntityContext Context { get; private set; } = null!;

    public async ValueTask<object?> RunAsync(TaskEntityOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Context = operation.Context;
        State = operation.State.GetState(typeof(TState)) is TState state ? state : InitializeState(operation);

        var target = EntityMethod.Find(GetType(), operation.Name, typeof(TaskEntity<TState>)) is { } own ? (own, (object)this)
            : AllowStateDispatch && State is not null && EntityMethod.Find(State.GetType(), operation.Name) is { } states ? (states, State)
            : default;
        if (target.own is null)
        {
            if (!string.Equals(operation.Name, "delete", StringComparison.OrdinalIgnoreCase))
                throw new NotSupportedException($"No suitable method found for entity operation '{operation}'.");
            operation.State.SetState(null);
            return null;
        }

        var result = await EntityMethod.InvokeAsync(target.own, target.Item2, operation);
        operation.State.SetState(State);
        return result;
    }

    /// <summary>The state of an entity that has none yet; by default what the parameterless constructor makes.</summary>
    protected virtual TState InitializeState(TaskEntityOperation entityOperation) =>
        Nullable.GetUnderlyingType(typeof(TState)) is { } value
            ? (TState)Activator.CreateInstance(value)!
            : Activator.CreateInstance<TState>();
}
