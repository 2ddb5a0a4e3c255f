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
        // A job that was cancelled and is started again is no longer cancelled.
        await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
        return await GuardAsync(run.JobId, "prepare", token => engine.PrepareAsync(run, token), error => new SimulationShape(1, 0, 0, Error: error), cancellationToken);
    }

    /// <summary>Computes a leg on this host.</summary>
    [Function(nameof(RunSupersteps))]
    public Task<LegReport> RunSupersteps([ActivityTrigger] LegTask leg, CancellationToken cancellationToken) =>
        GuardAsync(leg.JobId, $"host {leg.Host}", token => engine.RunAsync(leg, token), error => new LegReport(leg.From, false, 0, 0, 0, Error: error), cancellationToken);

    /// <summary>Publishes the outputs of a leg, keeps its checkpoint, and removes what is needed no more.</summary>
    [Function(nameof(PublishSimulation))]
    public Task<PublishReport> PublishSimulation([ActivityTrigger] PublishTask task, CancellationToken cancellationToken) =>
        GuardAsync(task.JobId, "publish", token => engine.PublishAsync(task, token), error => new PublishReport(null, Error: error), cancellationToken);

    private Task<T> GuardAsync<T>(string jobId, string name, Func<CancellationToken, Task<T>> work, Func<JobError, T> failed, CancellationToken cancellationToken) =>
        JobTask.GuardAsync(store, time, jobId, name, work, JobFaults.Describe, failed, cancellationToken);
}
