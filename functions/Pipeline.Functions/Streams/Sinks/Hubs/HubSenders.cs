using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>Senders to the namespaces that sinks name: one for each, shared by all streams.</summary>
internal sealed class HubSenders(IEventHubSender own, IConfiguration configuration, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<EventHubSender>> _others = new(StringComparer.Ordinal);

    /// <summary>Why a setting gives no connection; null where it does.</summary>
    public string? Fault(string setting)
    {
        try
        {
            EventHubConnectionSettings.Read(configuration, setting);
            return null;
        }
        catch (EventHubException e)
        {
            return e.Message;
        }
    }

    /// <summary>The sender to a namespace.</summary>
    /// <param name="setting">The setting with its connection; null for the app's own.</param>
    public IEventHubSender Of(string? setting) => setting is null or EventHubServices.ConnectionName ? own
        : _others.GetOrAdd(setting, name => new Lazy<EventHubSender>(() =>
            new EventHubSender(() => EventHubConnectionSettings.Read(configuration, name), time, loggers.CreateLogger<EventHubSender>()))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _others.Values.Where(s => s.IsValueCreated))
            await sender.Value.DisposeAsync();
    }
}
