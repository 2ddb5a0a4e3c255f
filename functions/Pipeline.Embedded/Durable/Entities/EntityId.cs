using Microsoft.DurableTask.Entities;

namespace Pipeline.Embedded.Durable;

internal static class EntityId
{
    /// <summary>The id as text.</summary>
    /// <exception cref="ArgumentException">It was never given a name.</exception>
    public static string Valid(EntityInstanceId id) => id.Name is not null ? id.ToString() : throw new ArgumentException(
        "An entity's id needs a name and a key; this one is the default value. Make it with new EntityInstanceId(name, key).", nameof(id));
}
