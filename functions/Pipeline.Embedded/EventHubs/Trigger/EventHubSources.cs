using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Pipeline.Embedded.Hosting;
using Pipeline.Streams;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Finds the hubs that functions listen to.</summary>
/// <param name="configuration">The settings, with the connections.</param>
/// <param name="endpoint">This host's own endpoint, if it has one.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where is said what goes wrong.</param>
internal sealed class EventHubSources(IConfiguration configuration, EventHubsEndpoint? endpoint, TimeProvider time, ILogger logger)
{
    /// <summary>The hub of a function.</summary>
    /// <exception cref="EmbeddedHostException">There is no such hub or no such connection.</exception>
    public IEventHubSource Find(HostedFunction function)
    {
        var binding = (EventHubTriggerBinding)function.Trigger;
        var connection = configuration[binding.Connection];
        if (endpoint is null || connection is null || !endpoint.IsMeantBy(connection))
        {
            try
            {
                return new AmqpHubSource(EventHubConnectionSettings.Read(configuration, binding.Connection), binding, time, logger);
            }
            catch (EventHubException e)
            {
                throw FunctionCatalog.Fault(function.EntryPoint, $"it has an Event Hub trigger. {e.Message}");
            }
        }

        return endpoint.Hubs.TryGetValue(binding.Hub, out var hub)
            ? new LogHubSource(hub)
            : throw FunctionCatalog.Fault(function.EntryPoint, $"there is no event hub '{binding.Hub}'.{NearestName.Hint(binding.Hub, endpoint.Hubs.Keys)}");
    }
}
