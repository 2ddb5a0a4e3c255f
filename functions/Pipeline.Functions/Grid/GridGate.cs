using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Grid.Limits;
using Pipeline.Grid.Scheduling;
using Pipeline.Grid.Uploads;
using Pipeline.Grid.Volunteers;
using Pipeline.Grid.Wire;
using Pipeline.Jobs;

namespace Pipeline.Grid;

/// <summary>What every request of a volunteer goes through once its token is known to be somebody's: limits, then whose the token is, then
/// the body within its bound; and every refusal comes out as a problem.</summary>
public sealed class GridGate(GridLimits limits, VolunteerRegistry registry)
{
    /// <summary>Bytes that the JSON body of a request may have.</summary>
    public const int MaxBodyBytes = 512 * 1024;

    private const string Bearer = "Bearer ";

    /// <summary>Serves anybody.</summary>
    internal Task<IActionResult> AnybodyAsync(HttpRequest request, Func<Task<IActionResult>> handler) => GuardAsync(async () =>
    {
        using var place = limits.Enter(request);
        return await handler();
    });

    /// <summary>Serves a volunteer.</summary>
    internal Task<IActionResult> VolunteerAsync(HttpRequest request, Func<string, Task<IActionResult>> handler) => GuardAsync(async () =>
    {
        using var place = limits.Enter(request);
        return await registry.VolunteerOfAsync(Token(request), request.HttpContext.RequestAborted) is { } volunteer ? await handler(volunteer.VolunteerId) : OtherToken("a volunteer");
    });

    /// <summary>Serves a host.</summary>
    internal Task<IActionResult> HostAsync(HttpRequest request, Func<HostKey, Task<IActionResult>> handler) => GuardAsync(async () =>
    {
        using var place = limits.Enter(request);
        if (await registry.HostOfAsync(Token(request), request.HttpContext.RequestAborted) is not { } host)
            return OtherToken("a host");
        limits.CountHost(host.HostId);
        return await handler(host);
    });

    /// <summary>Serves a host that may wait: once its request is read, it holds none of the places for requests.</summary>
    internal Task<IActionResult> WaitingHostAsync<T>(HttpRequest request, Func<Task<T>> read, Func<HostKey, T, bool, Task<IActionResult>> handler) => GuardAsync(async () =>
    {
        HostKey? host;
        T document;
        using (limits.Enter(request))
        {
            host = await registry.HostOfAsync(Token(request), request.HttpContext.RequestAborted);
            if (host is null)
                return OtherToken("a host");
            limits.CountHost(host.HostId);
            document = await read();
        }
        using var wait = limits.TryWait(host.HostId);
        return await handler(host, document, wait is not null);
    });

    /// <summary>Reads a JSON body.</summary>
    internal static async Task<T> ReadAsync<T>(HttpRequest request, Action<T> check, CancellationToken cancellationToken) where T : class
    {
        var document = GridJson.Read<T>((await Responses.ReadBodyAsync(request, MaxBodyBytes, cancellationToken)).Span);
        check(document);
        return document;
    }

    /// <summary>An answer that <see cref="GridJson"/> reads: nothing lacks in it.</summary>
    internal static IActionResult Ok<T>(T value, int status = StatusCodes.Status200OK) => new ContentResult
    {
        StatusCode = status,
        ContentType = "application/json; charset=utf-8",
        Content = System.Text.Json.JsonSerializer.Serialize(value, GridJson.Options),
    };

    private static GridToken Token(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? GridToken.Parse(header[Bearer.Length..].Trim()) : null) ?? GridToken.Nobody;
    }

    // Whose token it is was asked before the request came here; a host's and a volunteer's open different routes.
    private static IActionResult OtherToken(string whose) =>
        Responses.Problem(ProblemTypes.InvalidRequest, StatusCodes.Status400BadRequest, $"This takes the token of {whose}, as 'Authorization: Bearer TOKEN'; the token is another's.");

    private static Task<IActionResult> GuardAsync(Func<Task<IActionResult>> handler) => Responses.GuardAsync(async () =>
    {
        try
        {
            return await handler();
        }
        catch (GridBusyException e)
        {
            return new RetryLater(e);
        }
        catch (GridRefusedException e)
        {
            return e.Reason switch
            {
                GridRefusal.Banned => Responses.Problem(ProblemTypes.Forbidden, StatusCodes.Status403Forbidden, e.Message),
                GridRefusal.UnknownHost => Responses.NotFound(e.Message),
                GridRefusal.Busy => new RetryLater(new GridBusyException(e.Message, TimeSpan.FromSeconds(1), isCallersOwn: false)),
                _ => Responses.Problem(ProblemTypes.InvalidRequest, StatusCodes.Status400BadRequest, e.Message),
            };
        }
        catch (UploadRefusedException e)
        {
            return new UploadRefusal(e);
        }
    });

    private sealed class RetryLater(GridBusyException e) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context)
        {
            var seconds = (long)Math.Ceiling(e.RetryAfter.TotalSeconds);
            context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, seconds).ToString(CultureInfo.InvariantCulture);
            var status = e.IsCallersOwn ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
            return Responses.Problem(ProblemTypes.TooManyRequests, status, e.Message).ExecuteResultAsync(context);
        }
    }

    private sealed class UploadRefusal(UploadRefusedException e) : IActionResult
    {
        public Task ExecuteResultAsync(ActionContext context)
        {
            if (e.Offset is { } offset)
                context.HttpContext.Response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
            var type = e.Status switch
            {
                StatusCodes.Status404NotFound => ProblemTypes.NotFound,
                StatusCodes.Status409Conflict => ProblemTypes.Conflict,
                StatusCodes.Status413PayloadTooLarge => ProblemTypes.TooLarge,
                _ => ProblemTypes.InvalidRequest,
            };
            return Responses.Problem(type, e.Status, e.Message).ExecuteResultAsync(context);
        }
    }
}
