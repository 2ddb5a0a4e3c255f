using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>The HTTP API of simulations beyond that of all jobs.</summary>
public sealed class SimulationFunctions(JobService jobs, SimulationEngine engine, IObjectStore store)
{
    /// <summary>Gives an image of a simulation, also while it runs: <c>frames/0.png</c> is the first.</summary>
    [Function("GetJobFrame")]
    [RequiresRole(Role.Reader)]
    [Answers(200, "image/png")]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> FrameAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/frames/{file}")] HttpRequest request,
        string id,
        string file,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        await jobs.GetAsync(client, id, "simulation", cancellationToken);
        if (!file.EndsWith(".png", StringComparison.Ordinal) || !int.TryParse(file.AsSpan(..^4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new NotFoundException($"There is no frame '{file}'. Frames are 0.png, 1.png and so on.");
        var path = await engine.FindFrameAsync(id, number, cancellationToken)
            ?? throw new NotFoundException($"Job '{id}' has no frame {number}: it has not come so far, or its spec's outputs do not ask for images.");
        return new FileStreamResult(await store.OpenReadAsync(JobFiles.Results, path, cancellationToken), "image/png");
    });

    /// <summary>Gives the figures that a simulation has put out, also while it runs; with <c>after</c>, those behind that superstep alone.</summary>
    [Function("GetJobFigures")]
    [RequiresRole(Role.Reader)]
    [Query("after", "Figures behind this superstep alone.", long.MinValue, long.MaxValue)]
    [Answers(200, typeof(SimulationFigures))]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> FiguresAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs/{id}/figures")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var after = Responses.Number(request.Query, "after") ?? -1;
        await jobs.GetAsync(client, id, "simulation", cancellationToken);
        return Responses.Ok(await engine.ReadFiguresAsync(id, after, cancellationToken));
    });
}
