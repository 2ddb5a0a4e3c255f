using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask.Client.Entities;

public class EntityMetadata<TState>
{
    private readonly TState? state;

    public EntityMetadata(EntityInstanceId id) => Id = id;

    public EntityMetadata(EntityInstanceId id, TState? state)
        : this(id)
    {
        this.state = state;
        IncludesState = state is not null;
    }

    public EntityInstanceId Id { get; }

    public DateTimeOffset LastModifiedTime { get; init; }

    /// <summary>How many operations wait, for instance behind a lock.</summary>
    public int BacklogQueueSize { get; init; }

    /// <summary>The orchestration that has locked the entity.</summary>
    public string? LockedBy { get; init; }

    public bool IncludesState { get; }

    /// <exception cref="InvalidOperationException">The state was not asked for, or there is none.</exception>
    public TState State => IncludesState
        ? state!
        : throw new InvalidOperationException($"The state of {Id} was not fetched: ask for it with includeState.");
}
