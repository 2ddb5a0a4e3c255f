using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs;

namespace Pipeline.Access;

/// <summary>Lets a request through to its function if the caller has the role that the function asks for. What says nothing of roles
/// is refused.</summary>
internal sealed class AccessMiddleware(Callers callers, ILogger<AccessMiddleware> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var http = context.GetHttpContext() ?? throw new InvalidOperationException($"The request of {context.FunctionDefinition.Name} cannot be seen, so that nobody can tell who makes it.");
        SecurityHeaders.Set(http.Response);
        var rule = AccessRule.Of(context.FunctionDefinition);
        if (rule.IsOpen)
        {
            await next(context);
            return;
        }
        if (rule.Role is not { } role)
        {
            await RefuseAsync(
                http, context, null, StatusCodes.Status403Forbidden,
                $"The function {context.FunctionDefinition.Name} does not say who may call it. Give its method [RequiresRole(…)] or [OpenToAll].");
            return;
        }
        var caller = await callers.FindAsync(http, role, rule.HostChecksKeys);
        if (caller is null)
        {
            var how = role == Role.Volunteer ? "the volunteer's token as Authorization: Bearer TOKEN" : "a key with a role as x-functions-key, signed in where the app asks for it";
            await RefuseAsync(http, context, null, StatusCodes.Status401Unauthorized, $"Nobody knows who you are. Send {how}.");
        }
        else if (!caller.Has(role))
        {
            await RefuseAsync(http, context, caller, StatusCodes.Status403Forbidden, $"This takes the role {role}; you have {caller.Role}. Ask whoever runs the app for a key or an app role with it.");
        }
        else
        {
            caller.SetOn(http);
            await next(context);
        }
    }

    private Task RefuseAsync(HttpContext http, FunctionContext context, Caller? caller, int status, string detail)
    {
        logger.LogWarning("{Function} is refused to {Caller}: {Status}", context.FunctionDefinition.Name, caller?.Name ?? "a stranger", status);
        return Responses.WriteProblemAsync(http.Response, status == StatusCodes.Status401Unauthorized ? ProblemTypes.Unauthenticated : ProblemTypes.Forbidden, status, detail);
    }
}
