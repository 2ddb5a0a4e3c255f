using System.Diagnostics.CodeAnalysis;

namespace Microsoft.DurableTask.Entities;

public abstract class TaskEntityState
{
    public abstract bool HasState { get; }

    [return: NotNullIfNotNull(nameof(defaultValue))]
    public virtual T? GetState<T>(T? defaultValue = default) => GetState(typeof(T)) is T state ? state : defaultValue;

    public abstract object? GetState(Type type);

    /// <summary>Sets the state; null deletes it, and with it the entity.</summary>
    public abstract void SetState(object? state);
}
