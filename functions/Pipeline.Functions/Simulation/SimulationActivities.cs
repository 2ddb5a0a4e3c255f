using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>The tasks of a simulation. Each gives the same when it runs twice.</summary>
public sealed class SimulationActivities(SimulationEngine engine, IObjectStore store, TimeProvider time)
{
    /// <summary>Checks the spec once more, and fetches the checkpoint that the job goes on from.</summary>
    [Function(nameof(PrepareSimulation))]
    public async Task<SimulationShape> PrepareSimulation([ActivityTrigger] SimulationRun run, CancellationToken cancellationToken)
    {
        try
        {
            // A job that was cancelled and is started again is no longer cancelled.
            await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
            return await engine.PrepareAsync(run, cancellationToken);
        }
        catch (Exception e) when (JobFaults.Describe(e, "prepare") is { } error)
        {
            return new SimulationShape(1, 0, 0, Error: error);
        }
    }

    /// <summary>Computes a leg on this host.</summary>
    [Function(nameof(RunSupersteps))]
    public Task<LegReport> RunSupersteps([ActivityTrigger] LegTask leg, CancellationToken cancellationToken) =>
        JobTask.GuardAsync(store, time, leg.JobId, $"host {leg.Host}", token => engine.RunAsync(leg, token), JobFaults.Describe,
            error => new LegReport(leg.From, false, 0, 0, 0, Error: error), cancellationToken);

    /// <summary>Publishes the outputs of a leg, keeps its checkpoint, and removes what is needed no more.</summary>
    [Function(nameof(PublishSimulation))]
    public async Task<PublishReport> PublishSimulation([ActivityTrigger] PublishTask task, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.PublishAsync(task, cancellationToken);
        }
        catch (Exception e) when (JobFaults.Describe(e, "publish") is { } error)
        {
            return new PublishReport(null, Error: error);
        }
    }
}
