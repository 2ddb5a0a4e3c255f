using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Training;

/// <summary>The HTTP API of models.</summary>
public sealed class ModelFunctions(ModelStore models, PredictionService predictions)
{
    // A few hundred photographs, or ten thousand rows of numbers.
    private const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Lists the models.</summary>
    [Function("ListModels")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(IReadOnlyList<ModelView>))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models")] HttpRequest request,
        CancellationToken cancellationToken) => GuardAsync(async () => Responses.Ok(await models.ListAsync(cancellationToken)));

    /// <summary>Shows one model with its versions.</summary>
    [Function("GetModel")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(ModelView))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict)]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => GuardAsync(async () => Responses.Ok(await models.GetAsync(name, cancellationToken)));

    /// <summary>Shows what a version is made of.</summary>
    [Function("GetModelVersion")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(ModelDocument))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict, ProblemTypes.Policy)]
    public Task<IActionResult> GetVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{name}/{version:int}")] HttpRequest request,
        string name,
        int version,
        CancellationToken cancellationToken) => GuardAsync(async () => Responses.Ok(await models.OpenAsync(name, version, cancellationToken)));

    /// <summary>Has a version used where none is asked for.</summary>
    [Function("PromoteModel")]
    [RequiresRole(Role.Operator)]
    [Answers(200, typeof(ModelView))]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict)]
    public Task<IActionResult> PromoteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{name}/{version:int}/promote")] HttpRequest request,
        string name,
        int version,
        CancellationToken cancellationToken) => GuardAsync(async () => Responses.Ok(await models.PromoteAsync(name, version, cancellationToken)));

    /// <summary>Deletes a model with all its versions.</summary>
    [Function("DeleteModel")]
    [RequiresRole(Role.Operator)]
    [Answers(204)]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict)]
    public Task<IActionResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/models/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await models.DeleteAsync(name, null, cancellationToken);
        return new NoContentResult();
    });

    /// <summary>Deletes one version.</summary>
    [Function("DeleteModelVersion")]
    [RequiresRole(Role.Operator)]
    [Answers(204)]
    [MayFail(ProblemTypes.InvalidRequest, ProblemTypes.Conflict)]
    public Task<IActionResult> DeleteVersionAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/models/{name}/{version:int}")] HttpRequest request,
        string name,
        int version,
        CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        await models.DeleteAsync(name, version, cancellationToken);
        return new NoContentResult();
    });

    /// <summary>Asks a model about one row or many.</summary>
    [Function("Predict")]
    [RequiresRole(Role.Reader)]
    [Takes(typeof(System.Text.Json.JsonElement))]
    [Query("version", "The version to ask: the promoted one, or the newest, where it is absent.", 0, int.MaxValue)]
    [Answers(200, typeof(PredictionAnswer))]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.Policy)]
    public Task<IActionResult> PredictAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{name}/predict")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        var version = (int?)Responses.Number(request.Query, "version", 0, int.MaxValue);
        var body = JobSpec.ParseJson(await Responses.ReadBodyAsync(request, MostBytes, cancellationToken), MostBytes);
        return Responses.Ok(await predictions.PredictAsync(name, version, body, cancellationToken));
    });

    private static Task<IActionResult> GuardAsync(Func<Task<IActionResult>> handler) => Responses.GuardAsync(async () =>
    {
        try
        {
            return await handler();
        }
        catch (Exception e) when (e is TrainingException or TorchUnavailableException)
        {
            return Responses.Problem(ProblemTypes.Conflict, StatusCodes.Status409Conflict, e is TrainingException { Advice: var advice } ? $"{e.Message} {advice}" : e.Message);
        }
    });
}
