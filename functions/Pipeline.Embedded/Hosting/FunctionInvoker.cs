using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Embedded.Hosting;

/// <summary>Runs functions through the app's middleware, in a log scope that carries the invocation's id.</summary>
internal sealed class FunctionInvoker
{
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;
    private readonly FunctionExecutionDelegate _pipeline;

    public FunctionInvoker(
        IServiceScopeFactory scopes,
        ILoggerFactory loggers,
        IEnumerable<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        _scopes = scopes;
        _logger = loggers.CreateLogger("Pipeline.Embedded.Functions");
        // The first that was added is the outermost.
        _pipeline = middleware.Reverse().Aggregate((FunctionExecutionDelegate)RunFunctionAsync, (next, wrap) => wrap(next));
    }

    /// <summary>Runs a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="triggerData">What its trigger's binding takes.</param>
    /// <param name="cancellationToken">The function's own token.</param>
    /// <param name="services">The services to use; null makes a scope of its own when somebody asks for them.</param>
    /// <param name="prepare">What the trigger puts into the context before middleware sees it.</param>
    /// <returns>The context, with the function's result.</returns>
    public async Task<EmbeddedFunctionContext> InvokeAsync(
        HostedFunction function,
        object triggerData,
        CancellationToken cancellationToken,
        IServiceProvider? services = null,
        Action<EmbeddedFunctionContext>? prepare = null)
    {
        await using var context = new EmbeddedFunctionContext(function, triggerData, _scopes, cancellationToken);
        if (services is not null) context.InstanceServices = services;
        prepare?.Invoke(context);
        using var scope = _logger.BeginScope(new InvocationScope(context));
        var debug = _logger.IsEnabled(LogLevel.Debug);
        if (debug) _logger.LogDebug("{Function} starts", function.Name);
        await _pipeline(context);
        if (debug) _logger.LogDebug("{Function} has ended", function.Name);
        return context;
    }

    private static Task RunFunctionAsync(FunctionContext context) => context is EmbeddedFunctionContext embedded
        ? embedded.RunAsync()
        : throw new InvalidOperationException(
            $"A middleware passed on a {context.GetType().Name} of its own making; pass on the context that it was given.");
}
