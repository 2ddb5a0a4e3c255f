using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Http;

/// <summary>Serves the HTTP functions: route, key, call, and the result by ASP.NET Core's own executors.</summary>
internal sealed class FunctionEndpoints(FunctionInvoker invoker, HostKeys keys, ILoggerFactory loggers)
{
    private static readonly ActionDescriptor s_action = new();

    private readonly ILogger _logger = loggers.CreateLogger("Pipeline.Embedded.Http");

    /// <summary>Maps every HTTP function.</summary>
    /// <exception cref="EmbeddedHostException">A route has a constraint that does not exist.</exception>
    public void Map(IEndpointRouteBuilder routes, IEnumerable<HostedFunction> functions)
    {
        var policies = routes.ServiceProvider.GetRequiredService<ParameterPolicyFactory>();
        foreach (var function in functions.Where(function => function.Trigger.Kind == TriggerKind.Http))
        {
            var binding = (HttpTriggerBinding)function.Trigger;
            CheckConstraints(function, binding, policies);
            RequestDelegate handler = http => HandleAsync(http, function, binding);
            var endpoint = binding.Methods.IsEmpty
                ? routes.Map(binding.Pattern, handler)
                : routes.MapMethods("/" + binding.Template, binding.Methods, handler);
            endpoint.WithDisplayName(function.Name);
        }
    }

    private static void CheckConstraints(HostedFunction function, HttpTriggerBinding binding, ParameterPolicyFactory policies)
    {
        foreach (var parameter in binding.Pattern.Parameters)
        {
            foreach (var policy in parameter.ParameterPolicies)
            {
                try
                {
                    policies.Create(parameter, policy);
                }
                catch (Exception e) when (e is InvalidOperationException or RouteCreationException or ArgumentException)
                {
                    throw FunctionCatalog.Fault(
                        function.EntryPoint, $"its route '{binding.Template}' has the constraint '{policy.Content}', which is not one: {e.Message}");
                }
            }
        }
    }

    private async Task HandleAsync(HttpContext http, HostedFunction function, HttpTriggerBinding binding)
    {
        if (!keys.Opens(binding.Level, HostKeys.Of(http.Request)))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        try
        {
            var context = await invoker.InvokeAsync(
                function,
                http,
                http.RequestAborted,
                http.RequestServices,
                prepared => prepared.Items[FunctionContextExtensions.HttpContextKey] = http);
            if (context.HasRun && function.Method.ResultType is not null) await WriteAsync(http, context.Result);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            _logger.LogDebug("{Function}: the client went away", function.Name);
        }
        catch (BadHttpRequestException e)
        {
            // What the server itself refuses, such as a body over its limit, keeps its own status.
            _logger.LogWarning("{Function}: {Method} {Path} is refused: {Fault}", function.Name, http.Request.Method, http.Request.Path, e.Message);
            Fail(http, e.StatusCode);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "{Function} failed: {Method} {Path}", function.Name, http.Request.Method, http.Request.Path);
            Fail(http, StatusCodes.Status500InternalServerError);
        }
    }

    private static void Fail(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            // The status is out; only a connection that breaks off can tell that the rest is missing.
            http.Abort();
            return;
        }

        http.Response.Clear();
        SecurityHeaders.Set(http.Response);
        http.Response.StatusCode = status;
    }

    private static Task WriteAsync(HttpContext http, object? result)
    {
        result = HttpResult.Of(result);
        if (result is IResult minimal) return minimal.ExecuteAsync(http);
        if (result is null && http.Response.HasStarted) return Task.CompletedTask;
        var action = result as IActionResult ?? new ObjectResult(result);
        return action.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), s_action));
    }
}
