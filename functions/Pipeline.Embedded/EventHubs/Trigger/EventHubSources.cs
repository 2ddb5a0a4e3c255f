using Microsoft.Extensions.Configuration;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.EventHubs.Trigger;

/// <summary>Finds the hubs that functions listen to.</summary>
/// <param name="configuration">The settings, with the connections.</param>
/// <param name="endpoint">This host's own endpoint, if it has one.</param>
internal sealed class EventHubSources(IConfiguration configuration, EventHubsEndpoint? endpoint)
{
    /// <summary>The hub of a function.</summary>
    /// <exception cref="EmbeddedHostException">There is no such hub or no such connection.</exception>
    public IEventHubSource Find(HostedFunction function)
    {
        var binding = (EventHubTriggerBinding)function.Trigger;
        var connection = configuration[binding.Connection];
        if (string.IsNullOrEmpty(connection))
        {
            throw FunctionCatalog.Fault(
                function.EntryPoint, $"its Event Hub trigger connects as the setting {binding.Connection} says, which is not set. Set it, or use {EventHubsSettings.ConnectionKey} for this host's own event hubs.");
        }

        if (endpoint is null || !endpoint.IsMeantBy(connection))
        {
            throw FunctionCatalog.Fault(
                function.EntryPoint, $"its Event Hub trigger connects as the setting {binding.Connection} says, to an event hub outside of this host. "
                + $"The embedded host takes events from its own: remove the setting, and {EventHubsSettings.ConnectionKey} stands for them.");
        }

        return endpoint.Hubs.TryGetValue(binding.Hub, out var hub)
            ? new LogHubSource(hub)
            : throw FunctionCatalog.Fault(function.EntryPoint, $"there is no event hub '{binding.Hub}'.{NearestName.Hint(binding.Hub, endpoint.Hubs.Keys)}");
    }
}
