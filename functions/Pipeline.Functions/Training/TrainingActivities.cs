using Microsoft.Azure.Functions.Worker;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>The tasks of a training job. Each writes to names derived from its place in the training, and can run twice.</summary>
public sealed class TrainingActivities(
    JobService jobs, TrainingPlanner planner, TrainingWorkspace workspace, SamplePreparer preparer, TrainingState state, RoundRunner rounds, EpochRunner epochs, ModelPublisher publisher,
    IObjectStore store, TimeProvider time)
{
    /// <summary>Plans the training and writes the plan.</summary>
    [Function(nameof(PlanTraining))]
    public async Task<TrainingShape> PlanTraining([ActivityTrigger] TrainingRun run, CancellationToken cancellationToken)
    {
        // A job that was cancelled and is started again is no longer cancelled.
        await store.DeleteAsync(JobFiles.Container, JobFiles.Cancelled(run.JobId), cancellationToken);
        await LastRun.NoteAsync(store, run.JobId, run.Run, cancellationToken);
        return await GuardAsync(run, "plan", async token =>
        {
            TorchLibrary.EnsureLoaded();
            var spec = TrainingSpec.Read(await jobs.ReadSpecAsync(run.JobId, token));
            return TrainingShape.Of(await workspace.WritePlanAsync(run, await planner.PlanAsync(spec, token), token));
        }, TrainingShape.Failed, cancellationToken);
    }

    /// <summary>Makes samples of a share of the rows.</summary>
    [Function(nameof(PrepareSamples))]
    public Task<RoundReport> PrepareSamples([ActivityTrigger] PrepareRef task, CancellationToken cancellationToken)
    {
        var run = new TrainingRun(task.JobId, task.JobRun);
        return GuardAsync(run, $"prepare/{task.Task}", async token =>
        {
            var report = await preparer.PrepareAsync(await workspace.ReadPlanAsync(run, token), run, task.Task, token);
            return new RoundReport(Samples: report.Count, BytesReceived: report.BytesRead);
        }, error => new RoundReport(Error: error), cancellationToken);
    }

    /// <summary>Puts the samples' index together and writes the first checkpoint.</summary>
    [Function(nameof(StartTraining))]
    public Task<TrainingShape> StartTraining([ActivityTrigger] TrainingRun run, CancellationToken cancellationToken) => GuardAsync(run, "start", async token =>
    {
        await workspace.WriteIndexAsync(run, token);
        var job = await workspace.OpenAsync(run, token);
        await state.WriteAsync(run.Checkpoint(0), TrainState.First(job.Spec, job.Network).ToBytes(), token);
        return TrainingShape.Of(job.Plan).With(job.Index);
    }, TrainingShape.Failed, cancellationToken);

    /// <summary>A worker's share of a round.</summary>
    [Function(nameof(TrainRound))]
    public Task<RoundReport> TrainRound([ActivityTrigger] RoundTask task, CancellationToken cancellationToken) =>
        GuardAsync(task.Run, task.ToString(), token => rounds.TrainAsync(task, token), error => new RoundReport(Error: error), cancellationToken);

    /// <summary>Adds contributions up.</summary>
    [Function(nameof(ReduceRound))]
    public Task<RoundReport> ReduceRound([ActivityTrigger] ReduceTask task, CancellationToken cancellationToken) =>
        GuardAsync(task.At.Run, $"round {task.At.Round}/sum {task.Level}.{task.At.Worker}", token => rounds.ReduceAsync(task.At, task.Level, token), error => new RoundReport(Error: error), cancellationToken);

    /// <summary>Makes the next checkpoint of what workers sent.</summary>
    [Function(nameof(CloseRound))]
    public Task<RoundReport> CloseRound([ActivityTrigger] CloseTask task, CancellationToken cancellationToken) =>
        GuardAsync(task.At.Run, $"round {task.At.Round}/average", token => rounds.CloseAsync(task.At, task.Participants ?? [.. Enumerable.Range(0, task.At.Workers)], token),
            error => new RoundReport(Error: error), cancellationToken);

    /// <summary>A worker's share of a test.</summary>
    [Function(nameof(TestEpoch))]
    public Task<RoundReport> TestEpoch([ActivityTrigger] EpochTask task, CancellationToken cancellationToken) =>
        GuardAsync(task.At.Run, $"epoch {task.Epoch}/test {task.At.Worker}", token => epochs.TestAsync(task, token), error => new RoundReport(Error: error), cancellationToken);

    /// <summary>Measures an epoch.</summary>
    [Function(nameof(CloseEpoch))]
    public Task<EpochOutcome> CloseEpoch([ActivityTrigger] EpochEnd end, CancellationToken cancellationToken) =>
        GuardAsync(end.Run, $"epoch {end.Epoch}", async token => new EpochOutcome(await epochs.CloseAsync(end, token)), error => new EpochOutcome(null, error), cancellationToken);

    /// <summary>Makes the model and the result.</summary>
    [Function(nameof(PublishModel))]
    public Task<PublishedModel> PublishModel([ActivityTrigger] EpochEnd end, CancellationToken cancellationToken) =>
        GuardAsync(end.Run, "publish", token => publisher.PublishAsync(end.Run, end.Epoch, token), PublishedModel.Failed, cancellationToken);

    /// <summary>Removes the working state of a training that is over.</summary>
    [Function(nameof(ForgetTraining))]
    public Task ForgetTraining([ActivityTrigger] TrainingRun run, CancellationToken cancellationToken) => publisher.ForgetAsync(run, cancellationToken);

    private Task<T> GuardAsync<T>(TrainingRun run, string name, Func<CancellationToken, Task<T>> work, Func<JobError, T> failed, CancellationToken cancellationToken) =>
        JobTask.GuardAsync(store, time, run.JobId, name, work, TrainingFaults.Describe, failed, cancellationToken);
}
