using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid;

/// <summary>The tasks of a grid job. Each gives the same when it runs twice.</summary>
public sealed class GridActivities(GridEngine engine, IObjectStore store, TimeProvider time)
{
    /// <summary>Splits the input into work units.</summary>
    [Function(nameof(SplitGrid))]
    public async Task<GridShape> SplitGrid([ActivityTrigger] GridRun run, CancellationToken cancellationToken)
    {
        // A job that was cancelled and is started again is no longer cancelled.
        await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
        return await JobTask.GuardAsync(store, time, run.JobId, "split", token => engine.SplitAsync(run, token), GridFaults.Describe, error => new GridShape(0, 0, error), cancellationToken);
    }

    /// <summary>Ends results whose deadline has passed, registers the next units, and tells what is to be done.</summary>
    [Function(nameof(AdvanceGrid))]
    public Task<GridStep> AdvanceGrid([ActivityTrigger] GridAdvance task, CancellationToken cancellationToken) => engine.AdvanceAsync(task.Job, task.Shape, cancellationToken);

    /// <summary>Compares results.</summary>
    [Function(nameof(ValidateGridUnits))]
    public Task<int> ValidateGridUnits([ActivityTrigger] GridUnits task, CancellationToken cancellationToken) => engine.ValidateAsync(task, cancellationToken);

    /// <summary>Writes a part of the result.</summary>
    [Function(nameof(AssimilateGridUnits))]
    public async Task<PartReport> AssimilateGridUnits([ActivityTrigger] GridUnits task, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.AssimilateAsync(task, cancellationToken);
        }
        catch (Exception e) when (GridFaults.Describe(e, "assimilate") is { } error)
        {
            return new PartReport(null, 0, 0, null, Error: error);
        }
    }

    /// <summary>Closes the job.</summary>
    [Function(nameof(CloseGrid))]
    public Task CloseGrid([ActivityTrigger] GridRun run, CancellationToken cancellationToken) => engine.CloseAsync(run, cancellationToken);
}
