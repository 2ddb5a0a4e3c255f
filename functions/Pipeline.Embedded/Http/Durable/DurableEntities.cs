using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>Entities over HTTP: state, signal, list.</summary>
internal sealed class DurableEntities(TaskHub hub)
{
    private DurableEntityClient Client => hub.Client.Entities;

    public async Task GetAsync(DurableRequest request)
    {
        var entity = await Client.GetEntityAsync(Id(request), includeState: true, request.Aborted);
        if (entity is not { IncludesState: true }) throw new DurableRequestException(StatusCodes.Status404NotFound);
        await request.WriteJsonAsync(DurableJson.Value(entity.State.Value));
    }

    public async Task SignalAsync(DurableRequest request)
    {
        var operation = request.Query("op") ?? throw new DurableRequestException(
            StatusCodes.Status400BadRequest, "Please provide value for 'op' parameter.");
        object? input = null;
        var text = await request.ReadTextAsync();
        if (text.Length > 0) input = request.IsJson ? DurableRequest.ParseJson(text) : text;

        await Client.SignalEntityAsync(Id(request), operation, input, cancellation: request.Aborted);
        await request.WriteAsync(StatusCodes.Status202Accepted);
    }

    public Task ListAsync(DurableRequest request)
    {
        var name = request.Http.Request.RouteValues["name"] is null ? null : request.Segment(1);
        var fetchState = request.Query("fetchState", true);
        var query = new EntityQuery
        {
            InstanceIdStartsWith = name is null ? null : $"@{name}@",
            LastModifiedFrom = request.QueryTime("lastOperationTimeFrom"),
            LastModifiedTo = request.QueryTime("lastOperationTimeTo"),
            IncludeState = fetchState,
            PageSize = request.PageSize,
            ContinuationToken = request.ContinuationToken,
        };
        return request.WritePageAsync(() => Client.GetAllEntitiesAsync(query), entity => new JsonObject
        {
            ["entityId"] = new JsonObject { ["name"] = entity.Id.Name, ["key"] = entity.Id.Key },
            ["lastOperationTime"] = entity.LastModifiedTime.UtcDateTime,
            ["state"] = fetchState && entity.IncludesState ? DurableJson.Value(entity.State.Value) : null,
        });
    }

    private static EntityInstanceId Id(DurableRequest request)
    {
        try
        {
            return new EntityInstanceId(request.Segment(1), request.Segment(2));
        }
        catch (ArgumentException e)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, e.Message);
        }
    }
}
