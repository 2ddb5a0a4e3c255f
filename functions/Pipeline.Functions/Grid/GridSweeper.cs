using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Units;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid;

/// <summary>Removes files that no unit needs any more.</summary>
internal sealed class GridSweeper(IObjectStore store, GridShards shards, TimeProvider time) : IJobRemains
{
    // A job that is being split has touched its shared files within this time, or its units name them.
    private static readonly TimeSpan Untouched = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RemoveAsync(string jobId, CancellationToken cancellationToken)
    {
        // Of another kind of job there is nothing here, and no log is begun for it.
        if (!await store.ListAsync(GridFiles.Container, GridFiles.Inputs(jobId), cancellationToken).AnyAsync(cancellationToken) && await store.FindAsync(GridFiles.Container, GridShards.CountPath, cancellationToken) is null)
            return;
        await shards.ExecuteAsync((t, _, _) => JobCommands.CloseJob(t, jobId, run: null), cancellationToken);
        await SweepAsync(jobId, cancellationToken);
    }

    /// <summary>Removes the results of units that are settled.</summary>
    public async Task RemoveResultsAsync(GridRun run, IEnumerable<WorkUnit> units, CancellationToken cancellationToken)
    {
        foreach (var unit in units)
        {
            foreach (var result in unit.Results.Where(r => r.HostId is not null))
                await store.DeleteAsync(GridFiles.Container, GridFiles.Result(new ResultId(run.JobId, run.Run, unit.Setup.Number, result.Ordinal)), cancellationToken);
        }
    }

    /// <summary>Removes all that a closed job had, and shared files that no open job names.</summary>
    public async Task SweepAsync(string jobId, CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { GridFiles.Inputs(jobId), GridFiles.Results(jobId), GridFiles.Uploads(jobId) })
        {
            await foreach (var found in store.ListAsync(GridFiles.Container, folder, cancellationToken))
                await store.DeleteAsync(GridFiles.Container, found.Path, cancellationToken);
        }
        var named = (await shards.ExecuteAsync((t, _, _) => t.State.Jobs.Rows.SelectMany(j => j.Files).Select(f => f.Path).ToList(), cancellationToken)).SelectMany(f => f).ToHashSet(StringComparer.Ordinal);
        await foreach (var file in store.ListAsync(GridFiles.Container, GridFiles.Shared(""), cancellationToken))
        {
            if (!named.Contains(file.Path) && time.GetUtcNow() - file.LastModified > Untouched)
                await store.DeleteAsync(GridFiles.Container, file.Path, cancellationToken);
        }
    }
}
