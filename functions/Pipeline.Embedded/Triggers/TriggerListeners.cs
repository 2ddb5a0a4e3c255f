using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Storage;

namespace Pipeline.Embedded.Triggers;

/// <summary>The listeners of all functions that neither HTTP nor the task hub sets off.</summary>
internal sealed class TriggerListeners(
    FunctionCatalog catalog, FunctionInvoker invoker, IServiceProvider services, string root, CancellationToken abort) : IDisposable
{
    private readonly List<ITriggerListener> _listeners = [];
    private TriggerState? _state;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="EmbeddedHostException">A function listens to objects, but the app has no store of them.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var functions = catalog.All.Where(function => function.Trigger.Kind is TriggerKind.Blob or TriggerKind.Timer).ToList();
        if (functions.Count == 0) return;
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var time = services.GetRequiredService<TimeProvider>();
        var runner = new TriggerRunner(invoker, time, loggers.CreateLogger<TriggerRunner>(), abort);
        _state = new TriggerState(Path.Combine(root, "triggers.db"));
        foreach (var function in functions)
        {
            ITriggerListener listener = function.Trigger.Kind == TriggerKind.Timer
                ? new TimerListener(function, runner, _state, time, loggers.CreateLogger<TimerListener>())
                : new BlobListener(function, runner, _state, Store(function), time, loggers.CreateLogger<BlobListener>());
            _listeners.Add(listener);
            await listener.StartAsync(cancellationToken);
        }
    }

    /// <summary>Takes nothing new, and waits for what runs.</summary>
    public Task StopAsync() => Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));

    public void Dispose()
    {
        foreach (var listener in _listeners) listener.Dispose();
        _state?.Dispose();
    }

    private IObjectStore Store(HostedFunction function) => services.GetService<IObjectStore>() ?? throw FunctionCatalog.Fault(
        function.EntryPoint, "it has a blob trigger, but the app registers no IObjectStore. Call AddPipelineStorage.");
}
