using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;

namespace Pipeline.Streams;

/// <summary>The steps of a compaction. Each may run twice, and does nothing where the compaction was given up.</summary>
public sealed class CompactionActivities(SinkHorizon horizon, DatasetCompactor compactor, CompactionOptions options, ILogger<CompactionActivities> logger)
{
    /// <summary>Begins a compaction and chooses its files, or finds the one that is under way.</summary>
    [Function(nameof(BeginCompaction))]
    public async Task<CompactionStart> BeginCompaction([ActivityTrigger] CompactionStep step, CancellationToken cancellationToken)
    {
        var nothing = new CompactionStart(null, 0, options.Grace, null);
        if (await compactor.ClaimAsync(step.Dataset, step.Id, cancellationToken) is not { } state) return nothing;
        if (state.Stage != CompactionStage.Writing) return nothing with { Id = state.Id, SwitchedAt = state.SwitchedAt };
        var series = await horizon.ReadAsync(cancellationToken);
        var files = await compactor.PlanAsync(step.Dataset, state.Id, series, options, cancellationToken);
        if (files > 0) return nothing with { Id = state.Id, Files = files };
        await compactor.AbandonAsync(step.Dataset, state.Id, cancellationToken);
        return nothing;
    }

    /// <summary>Writes one file.</summary>
    /// <returns>False where the compaction is to be given up.</returns>
    [Function(nameof(WriteCompacted))]
    public Task<bool> WriteCompacted([ActivityTrigger] CompactionStep step, CancellationToken cancellationToken) => TryAsync(step, async () =>
    {
        await compactor.WriteAsync(step.Dataset, step.Id, step.File, cancellationToken);
        return true;
    });

    /// <summary>Makes the files count.</summary>
    /// <returns>False where the compaction is to be given up.</returns>
    [Function(nameof(SwitchCompaction))]
    public Task<bool> SwitchCompaction([ActivityTrigger] CompactionStep step, CancellationToken cancellationToken) =>
        TryAsync(step, () => compactor.SwitchAsync(step.Dataset, step.Id, cancellationToken));

    /// <summary>Deletes what was replaced.</summary>
    [Function(nameof(FinishCompaction))]
    public Task FinishCompaction([ActivityTrigger] CompactionStep step, CancellationToken cancellationToken) =>
        compactor.FinishAsync(step.Dataset, step.Id, cancellationToken);

    /// <summary>Gives a compaction up.</summary>
    [Function(nameof(AbandonCompaction))]
    public Task AbandonCompaction([ActivityTrigger] CompactionStep step, CancellationToken cancellationToken) =>
        compactor.AbandonAsync(step.Dataset, step.Id, cancellationToken);

    // What trying again cannot heal comes back as data.
    private async Task<bool> TryAsync(CompactionStep step, Func<Task<bool>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is ConditionFailedException or CorruptParquetException or SchemaMismatchException)
        {
            logger.LogWarning("The compaction {Id} of dataset '{Dataset}' is given up: {Reason}", step.Id, step.Dataset, e.Message);
            return false;
        }
    }
}
