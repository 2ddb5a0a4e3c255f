using Microsoft.DurableTask;

namespace Pipeline.Embedded.Durable;

/// <summary>A task that the orchestrator may await, until history holds its outcome.</summary>
internal abstract class PendingTask
{
    public abstract void Complete(string? result);

    public abstract void Fail(TaskFailureDetails failure);

    public abstract void Cancel(CancellationToken token);
}
