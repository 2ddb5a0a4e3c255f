using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>The instance exists, but is in a status that does not allow what was asked.</summary>
internal sealed class InstanceStateException(string message, OrchestrationRuntimeStatus status) : InvalidOperationException(message)
{
    public OrchestrationRuntimeStatus Status { get; } = status;

    /// <summary>Whether the instance has ended, so that waiting will not help.</summary>
    public bool HasEnded => !Status.IsLive();
}
