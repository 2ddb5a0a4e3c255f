using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>Brings the compaction of a dataset to its end: one that it begins, or one that a dead orchestration left halfway.</summary>
public static class CompactionOrchestrator
{
    /// <summary>The orchestrator's function name.</summary>
    public const string Name = "DatasetCompaction";

    private const int ParallelFiles = 4;

    /// <summary>Runs the compaction.</summary>
    /// <returns>How many files it has written.</returns>
    [Function(Name)]
    public static async Task<int> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string dataset)
    {
        var start = await context.CallActivityAsync<CompactionStart>(
            nameof(CompactionActivities.BeginCompaction), new CompactionStep(dataset, context.NewGuid().ToString("n")[..12]), JobOrchestration.Retries);
        if (start.Id is null) return 0;
        var step = new CompactionStep(dataset, start.Id);
        if (start.SwitchedAt is null && !await WriteAsync(context, step, start.Files))
        {
            await context.CallActivityAsync(nameof(CompactionActivities.AbandonCompaction), step, JobOrchestration.Retries);
            return 0;
        }

        // Jobs that were planned on the small files may still read them.
        await context.CreateTimer((start.SwitchedAt?.UtcDateTime ?? context.CurrentUtcDateTime) + start.Grace, CancellationToken.None);
        await context.CallActivityAsync(nameof(CompactionActivities.FinishCompaction), step, JobOrchestration.Retries);
        return start.Files;
    }

    private static async Task<bool> WriteAsync(TaskOrchestrationContext context, CompactionStep step, int files)
    {
        var next = 0;
        var sound = true;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(files, ParallelFiles)).Select(_ => LaneAsync()));
        return sound && await CallAsync(nameof(CompactionActivities.SwitchCompaction), step);

        async Task LaneAsync()
        {
            while (sound && next < files) sound &= await CallAsync(nameof(CompactionActivities.WriteCompacted), step with { File = next++ });
        }

        async Task<bool> CallAsync(string activity, CompactionStep input)
        {
            try
            {
                return await context.CallActivityAsync<bool>(activity, input, JobOrchestration.Retries);
            }
            catch (TaskFailedException)
            {
                return false; // The log says why; the next compaction begins anew.
            }
        }
    }
}
