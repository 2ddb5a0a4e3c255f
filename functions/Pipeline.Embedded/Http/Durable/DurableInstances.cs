using System.Text.Json;
using System.Text.Json.Nodes;
using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>Orchestrations over HTTP: start, look, list, steer, purge.</summary>
internal sealed class DurableInstances(TaskHub hub, Func<DurableUrls> urls, TimeProvider time)
{
    private const int MaxTimeoutSeconds = 24 * 3600;

    private DurableTaskClient Client => hub.Client;

    public async Task StartAsync(DurableRequest request)
    {
        var input = await ReadInputAsync(request);
        var options = new StartOrchestrationOptions(request.Http.Request.RouteValues["id"] is null ? null : request.Segment(2));
        string id;
        try
        {
            id = await Client.ScheduleNewOrchestrationInstanceAsync(request.Segment(1), input, options, request.Aborted);
        }
        catch (OrchestrationAlreadyExistsException e)
        {
            throw new DurableRequestException(StatusCodes.Status409Conflict, e.Message);
        }
        catch (ArgumentException e) when (e is not PayloadTooLargeException)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, e.Message);
        }

        if (request.QueryInteger("timeout") is { } seconds && await EndOfAsync(id, seconds, request.Aborted) is { } ended)
        {
            if (ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed)
                await request.WriteJsonAsync(DurableJson.Value(ended.SerializedOutput));
            else
                await WriteStatusAsync(request, ended);
            return;
        }

        await WriteStartedAsync(request, id);
    }

    public async Task GetAsync(DurableRequest request)
    {
        var instance = await FindAsync(request) ?? throw NotFound();
        await WriteStatusAsync(request, instance);
    }

    public Task ListAsync(DurableRequest request)
    {
        var showInput = request.Query("showInput", true);
        var query = new OrchestrationQuery(
            request.QueryTime("createdTimeFrom"),
            request.QueryTime("createdTimeTo"),
            request.QueryStatuses(),
            InstanceIdPrefix: request.Query("instanceIdPrefix"),
            PageSize: request.PageSize,
            FetchInputsAndOutputs: true,
            ContinuationToken: request.ContinuationToken);
        return request.WritePageAsync(() => Client.GetAllInstancesAsync(query), instance => DurableJson.Status(instance, showInput));
    }

    public async Task RaiseEventAsync(DurableRequest request)
    {
        if (!request.IsJson)
        {
            throw new DurableRequestException(
                StatusCodes.Status400BadRequest, new JsonObject { ["Message"] = "Only application/json request content is supported" });
        }

        var payload = DurableRequest.ParseJson(await request.ReadTextAsync());
        await SteerAsync(request, id => Client.RaiseEventAsync(id, request.Segment(3), payload, request.Aborted));
    }

    public Task TerminateAsync(DurableRequest request) =>
        SteerAsync(request, id => hub.TerminateAsync(id, request.Query("reason"), request.Aborted));

    public Task SuspendAsync(DurableRequest request) =>
        SteerAsync(request, id => Client.SuspendInstanceAsync(id, request.Query("reason"), request.Aborted));

    public Task ResumeAsync(DurableRequest request) =>
        SteerAsync(request, id => Client.ResumeInstanceAsync(id, request.Query("reason"), request.Aborted));

    public async Task RestartAsync(DurableRequest request)
    {
        string id;
        try
        {
            id = await Client.RestartAsync(request.Segment(1), request.Query("restartWithNewInstanceId", true), request.Aborted);
        }
        catch (ArgumentException e)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, e.Message);
        }
        catch (InvalidOperationException e) when (e is InstanceStateException or OrchestrationAlreadyExistsException)
        {
            throw new DurableRequestException(StatusCodes.Status409Conflict, e.Message);
        }

        await WriteStartedAsync(request, id);
    }

    public async Task RewindAsync(DurableRequest request)
    {
        try
        {
            await Client.RewindInstanceAsync(request.Segment(1), request.Query("reason") ?? "", request.Aborted);
        }
        catch (InstanceStateException e)
        {
            throw new DurableRequestException(StatusCodes.Status412PreconditionFailed, e.Message);
        }
        catch (ArgumentException)
        {
            throw NotFound();
        }

        await request.WriteAsync(StatusCodes.Status202Accepted);
    }

    public async Task PurgeAsync(DurableRequest request)
    {
        int purged;
        try
        {
            purged = (await Client.PurgeInstanceAsync(request.Segment(1), request.Aborted)).PurgedInstanceCount;
        }
        catch (InstanceStateException e)
        {
            throw new DurableRequestException(StatusCodes.Status412PreconditionFailed, e.Message);
        }
        catch (ArgumentException)
        {
            throw NotFound();
        }

        await WritePurgedAsync(request, purged);
    }

    public async Task PurgeManyAsync(DurableRequest request)
    {
        var from = request.QueryTime("createdTimeFrom") ?? throw new DurableRequestException(
            StatusCodes.Status400BadRequest, "Please provide value for 'createdTimeFrom' parameter.");
        var filter = new PurgeInstancesFilter(from, request.QueryTime("createdTimeTo"), request.QueryStatuses());
        await WritePurgedAsync(request, (await Client.PurgeAllInstancesAsync(filter, request.Aborted)).PurgedInstanceCount);
    }

    private static Task WritePurgedAsync(DurableRequest request, int purged) => purged == 0
        ? throw NotFound()
        : request.WriteAsync(StatusCodes.Status200OK, new JsonObject { ["instancesDeleted"] = purged });

    private static async Task SteerAsync(DurableRequest request, Func<string, Task> act)
    {
        try
        {
            await act(request.Segment(1));
        }
        catch (InstanceStateException e)
        {
            // An instance that has ended is gone for good; one that is, say, suspended already is the caller's mistake.
            throw e.HasEnded
                ? new DurableRequestException(StatusCodes.Status410Gone)
                : new DurableRequestException(
                    StatusCodes.Status500InternalServerError, DurableRequestException.Describe("The instance is in another state", e));
        }
        catch (ArgumentException e) when (e is not PayloadTooLargeException)
        {
            throw NotFound();
        }

        await request.WriteAsync(StatusCodes.Status202Accepted);
    }

    private static async Task<object?> ReadInputAsync(DurableRequest request)
    {
        var text = await request.ReadTextAsync();
        if (string.IsNullOrWhiteSpace(text)) return null;
        var input = DurableRequest.ParseJson(text);
        return input.ValueKind == JsonValueKind.Null ? null : input;
    }

    /// <summary>The instance when it has ended; null if it has not in that time.</summary>
    private async Task<OrchestrationMetadata?> EndOfAsync(string id, int seconds, CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(seconds, MaxTimeoutSeconds)), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted);
        try
        {
            return await Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, either.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<OrchestrationMetadata?> FindAsync(DurableRequest request)
    {
        try
        {
            return await Client.GetInstanceAsync(request.Segment(1), getInputsAndOutputs: true, request.Aborted);
        }
        catch (ArgumentException)
        {
            // An id that no instance can have.
            return null;
        }
    }

    private async Task WriteStatusAsync(DurableRequest request, OrchestrationMetadata instance)
    {
        var body = DurableJson.Status(instance, request.Query("showInput", true));
        if (request.Query("showHistory", false))
        {
            var history = hub.GetHistory(instance.InstanceId) ?? [];
            body["historyEvents"] = DurableJson.History(history, request.Query("showHistoryOutput", false));
        }

        var failed = instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed;
        var status = StatusCodes.Status200OK;
        if (failed && request.Query("returnInternalServerErrorOnFailure", false))
        {
            status = StatusCodes.Status500InternalServerError;
        }
        else if (!instance.IsCompleted)
        {
            status = StatusCodes.Status202Accepted;
            request.Http.Response.Headers.Location = urls().Of(instance.InstanceId).StatusQueryGetUri;
            request.Http.Response.Headers.RetryAfter = "5";
        }

        await request.WriteAsync(status, body);
    }

    private Task WriteStartedAsync(DurableRequest request, string id)
    {
        request.Http.Response.Headers.Location = urls().Of(id).StatusQueryGetUri;
        request.Http.Response.Headers.RetryAfter = "10";
        return request.WriteAsync(StatusCodes.Status202Accepted, urls().BodyOf(id));
    }

    private static DurableRequestException NotFound() => new(StatusCodes.Status404NotFound);
}
