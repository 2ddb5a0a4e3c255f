using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Jobs;
using Pipeline.Schemas;

namespace Pipeline.Streams;

/// <summary>The HTTP API of streams.</summary>
public sealed class StreamFunctions
{
    private readonly StreamService _streams;
    private readonly StreamWindows _windows;
    private readonly Quarantine _quarantine;

    /// <summary>Made for each call.</summary>
    public StreamFunctions(StreamService streams, StreamWindows windows, Quarantine quarantine) => (_streams, _windows, _quarantine) = (streams, windows, quarantine);

    /// <summary>Makes or changes a stream: 201 or 200.</summary>
    [Function("PutStream")]
    [RequiresRole(Role.Operator)]
    [Takes(Spec = "stream")]
    [Answers(201, typeof(StreamView))]
    [Answers(200, typeof(StreamView))]
    [MayFail(ProblemTypes.Conflict, ProblemTypes.Policy, ProblemTypes.StorageFull)]
    public Task<IActionResult> PutAsync(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/streams/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
    {
        var (view, isNew) = await _streams.PutAsync(name, await Responses.ReadBodyAsync(request, JobSpec.MaxBytes, cancellationToken), cancellationToken);
        return Responses.Ok(view, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    });

    /// <summary>Lists streams.</summary>
    [Function("ListStreams")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(StreamList))]
    public Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams")] HttpRequest request,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () => Responses.Ok(await _streams.ListAsync(cancellationToken)));

    /// <summary>Shows one stream.</summary>
    [Function("GetStream")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(StreamView))]
    public Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, () => _streams.FindAsync(name, cancellationToken));

    /// <summary>Removes a stream and its state.</summary>
    [Function("DeleteStream")]
    [RequiresRole(Role.Operator)]
    [Answers(204)]
    public Task<IActionResult> DeleteAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/streams/{name}")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => Responses.GuardAsync(async () =>
            await _streams.DeleteAsync(name, cancellationToken) ? new NoContentResult() : throw Unknown(name));

    /// <summary>Lets a stream wait.</summary>
    [Function("PauseStream")]
    [RequiresRole(Role.Operator)]
    [Answers(200, typeof(StreamView))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> PauseAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/streams/{name}/pause")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, () => _streams.SetStatusAsync(name, StreamStatus.Paused, cancellationToken));

    /// <summary>Lets a stream go on.</summary>
    [Function("ResumeStream")]
    [RequiresRole(Role.Operator)]
    [Answers(200, typeof(StreamView))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> ResumeAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/streams/{name}/resume")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, () => _streams.SetStatusAsync(name, StreamStatus.Running, cancellationToken));

    /// <summary>Lets a stream make its results again from an earlier place in the log.</summary>
    [Function("RewindStream")]
    [RequiresRole(Role.Operator)]
    [Takes(typeof(RewindRequest))]
    [Answers(200, typeof(StreamView))]
    [MayFail(ProblemTypes.Conflict)]
    public Task<IActionResult> RewindAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/streams/{name}/rewind")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) =>
        ShowAsync(name, async () => await _streams.RewindAsync(name, await Responses.ReadBodyAsync(request, JobSpec.MaxBytes, cancellationToken), cancellationToken));

    /// <summary>The latest results of a stream.</summary>
    [Function("GetStreamWindows")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many windows at most.", 1, 1_000, 10)]
    [Answers(200, typeof(StreamWindowsView))]
    [MayFail(ProblemTypes.Policy)]
    public Task<IActionResult> WindowsAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams/{name}/windows")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, () => _windows.ReadAsync(name, Responses.Top(request.Query, 10, 1_000), cancellationToken));

    /// <summary>How a stream stands.</summary>
    [Function("GetStreamState")]
    [RequiresRole(Role.Reader)]
    [Answers(200, typeof(StreamStateView))]
    public Task<IActionResult> StateAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams/{name}/state")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, () => _streams.StateAsync(name, cancellationToken));

    /// <summary>The latest events of a stream that could not be read.</summary>
    [Function("GetStreamQuarantine")]
    [RequiresRole(Role.Reader)]
    [Query("top", "How many events at most.", 1, 1_000, 100)]
    [Answers(200, typeof(DeadLetters))]
    public Task<IActionResult> QuarantineAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/streams/{name}/quarantine")] HttpRequest request,
        string name,
        CancellationToken cancellationToken) => ShowAsync(name, async () =>
            await _streams.FindAsync(name, cancellationToken) is null ? null : await _quarantine.LatestAsync(name, Responses.Top(request.Query, 100, 1_000), cancellationToken));

    private static Task<IActionResult> ShowAsync<T>(string name, Func<Task<T?>> find) where T : class =>
        Responses.GuardAsync(async () => Responses.Ok(await find() ?? throw Unknown(name)));

    private static NotFoundException Unknown(string name) => new("stream", name, "/api/streams");
}
