using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs.Output;

/// <summary>The senders of a host's outputs: one for each connection, made when it is first used.</summary>
/// <param name="configuration">The settings, with the connections.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where senders log.</param>
internal sealed class EventHubSenders(IConfiguration configuration, TimeProvider time, Func<ILoggerFactory> loggers) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<EventHubSender>> _senders = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The sender of a connection.</summary>
    public IEventHubSender Get(string connection) => _senders.GetOrAdd(connection, name => new Lazy<EventHubSender>(
        () => new EventHubSender(() => EventHubConnectionSettings.Read(configuration, name), time, loggers().CreateLogger<EventHubSender>()))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values) await sender.Value.DisposeAsync();
    }
}
