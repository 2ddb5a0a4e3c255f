using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.DurableTask.Entities;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>Entities over HTTP: state, signal, list.</summary>
internal sealed class DurableEntities(TaskHub hub)
{
    private const int PageSize = 100;
    private const string ContinuationHeader = "x-ms-continuation-token";

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
        if (text.Length > 0)
        {
            try
            {
                input = request.IsJson ? JsonSerializer.Deserialize<JsonElement>(text) : text;
            }
            catch (JsonException e)
            {
                throw new DurableRequestException(StatusCodes.Status400BadRequest, DurableRequestException.Describe("Invalid JSON content", e));
            }
        }

        await Client.SignalEntityAsync(Id(request), operation, input, cancellation: request.Aborted);
        await request.WriteAsync(StatusCodes.Status202Accepted);
    }

    public async Task ListAsync(DurableRequest request)
    {
        var name = request.Http.Request.RouteValues["name"] is null ? null : request.Segment(1);
        var token = request.Http.Request.Headers[ContinuationHeader].ToString();
        var fetchState = request.Query("fetchState", true);
        var query = new EntityQuery
        {
            InstanceIdStartsWith = name is null ? null : $"@{name}@",
            LastModifiedFrom = request.QueryTime("lastOperationTimeFrom"),
            LastModifiedTo = request.QueryTime("lastOperationTimeTo"),
            IncludeState = fetchState,
            PageSize = Math.Min(request.QueryInteger("top") ?? PageSize, 1000),
            ContinuationToken = token.Length == 0 ? null : token,
        };
        Page<EntityMetadata>? page;
        try
        {
            page = await Client.GetAllEntitiesAsync(query).AsPages().FirstOrDefaultAsync(request.Aborted);
        }
        catch (ArgumentException e)
        {
            throw new DurableRequestException(StatusCodes.Status400BadRequest, e.Message);
        }

        if (page?.ContinuationToken is { } next) request.Http.Response.Headers[ContinuationHeader] = next;
        await request.WriteJsonAsync(new JsonArray([.. (page?.Values ?? []).Select(entity => new JsonObject
        {
            ["entityId"] = new JsonObject { ["name"] = entity.Id.Name, ["key"] = entity.Id.Key },
            ["lastOperationTime"] = entity.LastModifiedTime.UtcDateTime,
            ["state"] = fetchState && entity.IncludesState ? DurableJson.Value(entity.State.Value) : null,
        })]));
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
