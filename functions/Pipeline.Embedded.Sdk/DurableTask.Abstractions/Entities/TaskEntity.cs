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

        object? result = null;
        if (EntityMethod.Find(GetType(), operation.Name, typeof(TaskEntity<TState>)) is { } own)
        {
            result = await EntityMethod.InvokeAsync(own, this, operation);
        }
        else if (AllowStateDispatch && State is { } target && EntityMethod.Find(target.GetType(), operation.Name) is { } method)
        {
            // A state that is a value is boxed while its method changes it.
            object boxed = target;
            result = await EntityMethod.InvokeAsync(method, boxed, operation);
            State = (TState)boxed;
        }
        else if (string.Equals(operation.Name, "delete", StringComparison.OrdinalIgnoreCase))
        {
            State = default!;
            operation.State.SetState(null);
            return null;
        }
        else
        {
            throw new NotSupportedException($"No suitable method found for entity operation '{operation}'.");
        }

        operation.State.SetState(State);
        return result;
    }

    /// <summary>The state of an entity that has none yet; by default what the parameterless constructor makes.</summary>
    protected virtual TState InitializeState(TaskEntityOperation entityOperation) =>
        Nullable.GetUnderlyingType(typeof(TState)) is { } value
            ? (TState)Activator.CreateInstance(value)!
            : Activator.CreateInstance<TState>();
}
