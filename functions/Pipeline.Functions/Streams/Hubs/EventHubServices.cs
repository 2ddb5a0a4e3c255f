using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Pipeline.Streams;

/// <summary>Registers what sends events.</summary>
public static class EventHubServices
{
    /// <summary>The setting with the connection of the app's event hubs.</summary>
    public const string ConnectionName = "EventHubsConnection";

    /// <summary>
    /// Registers <see cref="IEventHubSender"/> for the namespace that the setting <see cref="ConnectionName"/> names. It is read, and
    /// connected to, at the first use.
    /// </summary>
    public static IServiceCollection AddEventHubSender(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEventHubSender>(provider => new EventHubSender(
            () => EventHubConnectionSettings.Read(configuration, ConnectionName),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EventHubSender>>()));
        return services;
    }
}
