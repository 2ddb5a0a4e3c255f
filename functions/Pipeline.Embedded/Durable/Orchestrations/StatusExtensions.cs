using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

internal static class StatusExtensions
{
    /// <summary>Whether an instance of this status can still receive something.</summary>
    public static bool IsLive(this OrchestrationRuntimeStatus status) => status
        is OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Suspended;
}
