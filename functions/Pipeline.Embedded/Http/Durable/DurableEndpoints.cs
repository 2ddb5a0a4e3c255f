using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Durable;

namespace Pipeline.Embedded.Http.Durable;

/// <summary>The Durable HTTP API: its routes, and the key that opens them.</summary>
internal sealed class DurableEndpoints(DurableInstances instances, DurableEntities entities, HostKeys keys, ILogger<DurableEndpoints> logger)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        Map("GET", "instances", instances.ListAsync);
        Map("DELETE", "instances", instances.PurgeManyAsync);
        Map("GET", "instances/{id}", instances.GetAsync);
        Map("DELETE", "instances/{id}", instances.PurgeAsync);
        Map("POST", "instances/{id}/raiseEvent/{name}", instances.RaiseEventAsync);
        Map("POST", "instances/{id}/terminate", instances.TerminateAsync);
        Map("POST", "instances/{id}/suspend", instances.SuspendAsync);
        Map("POST", "instances/{id}/resume", instances.ResumeAsync);
        Map("POST", "instances/{id}/restart", instances.RestartAsync);
        Map("POST", "instances/{id}/rewind", instances.RewindAsync);
        Map("POST", "orchestrators/{name}/{id?}", instances.StartAsync);
        Map("GET", "entities/{name?}", entities.ListAsync);
        Map("GET", "entities/{name}/{key}", entities.GetAsync);
        Map("POST", "entities/{name}/{key}", entities.SignalAsync);

        void Map(string method, string template, Func<DurableRequest, Task> handler) => routes
            .MapMethods($"{DurableUrls.Path}/{template}", [method], http => HandleAsync(http, handler))
            .WithDisplayName($"Durable HTTP API, {method} {template}");
    }

    private async Task HandleAsync(HttpContext http, Func<DurableRequest, Task> handler)
    {
        var key = HostKeys.Of(http.Request);
        if (!keys.Opens(AuthorizationLevel.System, key))
        {
            // A function's key is a key, but not for this door.
            var known = keys.Opens(AuthorizationLevel.Function, key);
            http.Response.StatusCode = known ? StatusCodes.Status403Forbidden : StatusCodes.Status401Unauthorized;
            if (!known) http.Response.Headers.WWWAuthenticate = "Bearer";
            return;
        }

        var request = new DurableRequest(http);
        try
        {
            await handler(request);
        }
        catch (DurableRequestException e)
        {
            await request.WriteAsync(e.Status, e.Body);
        }
        catch (PayloadTooLargeException e)
        {
            await request.WriteAsync(StatusCodes.Status413PayloadTooLarge, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            logger.LogDebug("The client went away: {Method} {Path}", http.Request.Method, http.Request.Path);
        }
        catch (Exception e)
        {
            logger.LogError(e, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            var status = (e as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status500InternalServerError;
            await request.WriteAsync(status, DurableRequestException.Describe("The request failed", e));
        }
    }
}
