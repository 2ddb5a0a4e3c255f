using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Training;

/// <summary>The HTTP API of trainings that run.</summary>
public sealed class TrainingFunctions(JobService jobs, TrainingHistory history)
{
    /// <summary>Tells how a training got better, epoch by epoch, also while it runs.</summary>
    [Function("GetTrainingEpochs")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(TrainingCurves))]
    public Task<IActionResult> EpochsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/epochs")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            Responses.Ok(await history.ReadAsync(await jobs.GetAsync(client, id, "training", cancellationToken), cancellationToken)));

    /// <summary>Asks for another number of workers: it is taken up at the next checkpoint. 202.</summary>
    [Function("ResizeTraining")]
    [RequiresRole(Role.Submitter)]
    [Takes(typeof(WorkersRequest))]
    [Answers(202, typeof(WorkersAnswer))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> ResizeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/jobs/{id}/workers")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var faults = new List<SpecFault>();
        var reader = SpecReader.Open(JobSpec.ParseJson(await Responses.ReadBodyAsync(request, JobSpec.MaxBytes, cancellationToken)), faults);
        var workers = reader.Integer("workers", 1, TrainingSpec.MostWorkers, required: true, about: "How many work side by side from the next checkpoint on.");
        reader.End();
        if (faults.Count > 0)
            throw new SpecException(faults, ProblemTypes.InvalidRequest);
        var job = await jobs.GetAsync(client, id, "training", cancellationToken);
        if (job.Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled)
            throw new JobConflictException($"Job '{id}' has ended: {job.Status}.");
        await client.RaiseEventAsync(id, TrainingOrchestrator.WorkersEvent, (int)workers!.Value, cancellationToken);
        return Responses.Ok(new WorkersAnswer(id, (int)workers.Value), StatusCodes.Status202Accepted);
    });
}
