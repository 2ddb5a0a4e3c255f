using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>Removes what a cancelled job leaves behind.</summary>
public sealed class JobCleanup(IObjectStore store, IEnumerable<IJobRemains> remains)
{
    // Tasks look for the mark of cancellation at least this often (see JobCancellation), so after twice that time none writes any more.
    private static readonly TimeSpan Grace = 2 * JobCancellation.Interval;

    /// <summary>Removes at once, and once more when the last task that was running must have stopped.</summary>
    [Function(nameof(JobCleanup))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string jobId)
    {
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromSeconds(1), 2, TimeSpan.FromMinutes(5)));
        await context.CallActivityAsync(nameof(RemoveJobFiles), jobId, options);
        await context.CreateTimer(Grace, CancellationToken.None);
        await context.CallActivityAsync(nameof(RemoveJobFiles), jobId, options);
    }

    /// <summary>Removes a job's working state and result. Its spec and the mark of cancellation stay.</summary>
    [Function(nameof(RemoveJobFiles))]
    public async Task RemoveJobFiles([ActivityTrigger] string jobId, CancellationToken cancellationToken)
    {
        var keep = new[] { JobFiles.Spec(jobId), JobFiles.Cancelled(jobId) };
        foreach (var room in remains)
            await room.RemoveAsync(jobId, cancellationToken);
        foreach (var (container, folder) in new[] { (JobFiles.Container, $"{jobId}/"), (JobFiles.Results, JobFiles.Result(jobId)) })
        {
            await foreach (var blob in store.ListAsync(container, folder, cancellationToken))
            {
                if (!keep.Contains(blob.Path))
                    await store.DeleteAsync(container, blob.Path, cancellationToken);
            }
        }
    }
}
