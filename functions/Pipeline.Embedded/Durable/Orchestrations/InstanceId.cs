namespace Pipeline.Embedded.Durable;

internal static class InstanceId
{
    /// <exception cref="ArgumentException">The id is empty, or one of an entity.</exception>
    public static string Valid(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return id[0] != '@' ? id : throw new ArgumentException(
            $"'{id}': Instance IDs starting with '@' are reserved for entities, and must not be used for orchestrations.", nameof(id));
    }
}
