using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;
using Pipeline.Storage;

namespace Pipeline.Simulation;

/// <summary>The HTTP API of simulations beyond that of all jobs.</summary>
public sealed class SimulationFunctions(SimulationEngine engine, IObjectStore store)
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
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        if (JobId.Fault(id) is not null || !file.EndsWith(".png", StringComparison.Ordinal) || !int.TryParse(file.AsSpan(..^4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return Responses.NotFound($"There is no frame '{file}'. Frames are 0.png, 1.png and so on.");
        return await engine.FindFrameAsync(id, number, cancellationToken) is { } path
            ? new FileStreamResult(await store.OpenReadAsync(JobFiles.Results, path, cancellationToken), "image/png")
            : Responses.NotFound($"Job '{id}' has no frame {number}: it has not come so far, or its spec's outputs do not ask for images.");
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
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var after = -1L;
        if (request.Query["after"].ToString() is { Length: > 0 } text && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out after))
            throw new SpecException("", $"'after' must be a whole number; this is '{text}'.", ProblemTypes.InvalidRequest);
        return JobId.Fault(id) is null ? Responses.Ok(await engine.ReadFiguresAsync(id, after, cancellationToken)) : Responses.NotFound($"There is no job '{id}'.");
    });
}
