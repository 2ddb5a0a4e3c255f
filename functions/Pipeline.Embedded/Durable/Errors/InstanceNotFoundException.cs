namespace Pipeline.Embedded.Durable;

/// <summary>There is no instance of that id.</summary>
internal sealed class InstanceNotFoundException(string instanceId)
    : ArgumentException($"No instance with ID '{instanceId}' was found.", nameof(instanceId));
