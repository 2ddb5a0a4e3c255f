using System.Collections.Concurrent;

namespace Pipeline.Embedded.Durable;

/// <summary>The instances that have not ended, by id. Changed on the writer's thread, when the change is committed.</summary>
internal sealed class InstanceDirectory
{
    private readonly ConcurrentDictionary<string, OrchestrationInstance> live = new(StringComparer.Ordinal);

    public IEnumerable<OrchestrationInstance> All => live.Values;

    /// <summary>Hands a committed event to the current execution of an instance.</summary>
    public void Deliver(string id, HistoryEvent @event)
    {
        if (live.TryGetValue(id, out var instance))
            instance.Deliver(@event);
    }

    /// <summary>Adds an execution, in place of an earlier one of the same instance.</summary>
    public void Set(OrchestrationInstance instance) => live[instance.Info.Id] = instance;

    public void Remove(OrchestrationInstance instance) => live.TryRemove(new(instance.Info.Id, instance));
}
