using Microsoft.DurableTask.Client;

namespace Pipeline.Grid;

/// <summary>Wakes the orchestrations of jobs whose results have come.</summary>
internal static class RaiseProgress
{
    public static async Task OfAsync(GridWakeups wakeups, DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach (var job in wakeups.Take())
        {
            try
            {
                await client.RaiseEventAsync(job, GridOrchestrator.ProgressEvent, true, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // What was reported is durable; an orchestration that was not woken, or has ended meanwhile, looks by itself or needs not.
            }
        }
    }
}
