using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>The listeners of all functions that neither HTTP nor the task hub sets off.</summary>
internal sealed class TriggerListeners : IDisposable
{
    private readonly List<ITriggerListener> _listeners = [];
    private readonly TriggerState? _state;

    public TriggerListeners(
        FunctionCatalog catalog, FunctionInvoker invoker, IServiceProvider services, string root, CancellationToken abort)
    {
        var functions = catalog.All.Where(function => function.Trigger.Kind is TriggerKind.Blob or TriggerKind.Timer).ToList();
        if (functions.Count == 0) return;
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var time = services.GetRequiredService<TimeProvider>();
        var runner = new TriggerRunner(invoker, time, loggers.CreateLogger<TriggerRunner>(), abort);
        _state = new TriggerState(Path.Combine(root, "triggers.db"));
        foreach (var function in functions)
        {
            _listeners.Add(function.Trigger.Kind == TriggerKind.Timer
                ? new TimerListener(function, runner, _state, time, loggers.CreateLogger<TimerListener>())
                : new BlobListener(function, runner, _state, Store(services, function), time, loggers.CreateLogger<BlobListener>()));
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners) await listener.StartAsync(cancellationToken);
    }

    /// <summary>Takes nothing new, and waits for what runs.</summary>
    public Task StopAsync() => Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));

    public void Dispose()
    {
        foreach (var listener in _listeners) (listener as IDisposable)?.Dispose();
        _state?.Dispose();
    }

    private static IObjectStore Store(IServiceProvider services, HostedFunction function) =>
        services.GetService<IObjectStore>() ?? throw FunctionCatalog.Fault(
            function.EntryPoint, "it has a blob trigger, but the app registers no IObjectStore. Call AddPipelineStorage.");
}
