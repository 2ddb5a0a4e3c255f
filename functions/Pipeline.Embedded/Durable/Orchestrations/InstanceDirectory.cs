using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Embedded.Durable;

/// <summary>The instances that have not ended, by id. Changed on the writer's thread, when the change is committed.</summary>
internal sealed class InstanceDirectory
{
    private readonly ConcurrentDictionary<string, OrchestrationInstance> live = new(StringComparer.Ordinal);

    public IEnumerable<OrchestrationInstance> All => live.Values;

    public bool TryFind(string id, [NotNullWhen(true)] out OrchestrationInstance? instance) => live.TryGetValue(id, out instance);

    /// <summary>Adds an execution, in place of an earlier one of the same instance.</summary>
    public void Set(OrchestrationInstance instance) => live[instance.Info.Id] = instance;

    public void Remove(OrchestrationInstance instance) => live.TryRemove(new(instance.Info.Id, instance));
}
