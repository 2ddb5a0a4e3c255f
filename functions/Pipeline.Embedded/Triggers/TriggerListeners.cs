using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.EventHubs.Trigger;
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
    /// <param name="eventHubs">The host's own event hubs, if it has any.</param>
    /// <param name="cancellationToken">Abandons it.</param>
    /// <exception cref="EmbeddedHostException">A function needs a store of objects that the app has not, or a hub that there is not.</exception>
    public async Task StartAsync(EventHubsEndpoint? eventHubs, CancellationToken cancellationToken)
    {
        var functions = catalog.Enabled.Where(function => function.Trigger.Kind is TriggerKind.Blob or TriggerKind.Timer or TriggerKind.EventHub).ToList();
        if (functions.Count == 0) return;
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var time = services.GetRequiredService<TimeProvider>();
        var runner = new TriggerRunner(invoker, time, loggers.CreateLogger<TriggerRunner>(), abort);
        var sources = new EventHubSources(services.GetRequiredService<IConfiguration>(), eventHubs, time, loggers.CreateLogger<EventHubSources>());
        // Nobody else has the endpoint's name while it runs; so what it owned when it was killed is its own again at once.
        var host = eventHubs?.Id ?? $"{Environment.MachineName}-{Guid.NewGuid():n}";
        _state = new TriggerState(Path.Combine(root, "triggers.db"));
        foreach (var function in functions)
        {
            ITriggerListener listener = function.Trigger.Kind switch
            {
                TriggerKind.Timer => new TimerListener(function, runner, _state, time, loggers.CreateLogger<TimerListener>()),
                TriggerKind.EventHub => new EventHubListener(
                    function, runner, sources.Find(function), Store(function), host, time, loggers.CreateLogger<EventHubListener>()),
                _ => new BlobListener(function, runner, _state, Store(function), time, loggers.CreateLogger<BlobListener>()),
            };
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

    private IObjectStore Store(HostedFunction function) => services.GetService<IObjectStore>()?.Innermost() ?? throw FunctionCatalog.Fault(
        function.EntryPoint, "it has a trigger that needs a store of objects, but the app registers no IObjectStore. Call AddPipelineStorage.");
}
