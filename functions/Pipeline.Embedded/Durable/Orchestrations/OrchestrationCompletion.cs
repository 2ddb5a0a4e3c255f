using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Embedded.Durable;

/// <summary>How an execution ended.</summary>
internal sealed record OrchestrationCompletion(OrchestrationRuntimeStatus Status, string? Output, TaskFailureDetails? Failure = null)
{
    /// <summary>What was thrown, if the execution failed in this process.</summary>
    public Exception? Error { get; init; }

    /// <summary>Set if a new execution follows.</summary>
    public ContinueAsNewOptions? Next { get; init; }

    public string? NextInput { get; init; }

    /// <summary>Whether the sub-orchestrations that still run are to be terminated.</summary>
    public bool Recursive { get; init; }

    public static OrchestrationCompletion Failed(Exception e) =>
        new(OrchestrationRuntimeStatus.Failed, $"{e.GetType()}: {e.Message}", TaskFailureDetails.FromException(e)) { Error = e };
}
