using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Streams;

/// <summary>Registers where streams' results go.</summary>
internal static class SinkServices
{
    /// <summary>Adds the kinds of sinks.</summary>
    public static IServiceCollection AddStreamSinks(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton(CompactionSettings.Read(configuration))
        .AddSingleton(provider => new SinkHorizon(provider.GetRequiredService<DefinitionStore>(), provider.GetRequiredService<StateStore>()))
        .AddSingleton(WebhookAddresses.Read(configuration))
        .AddSingleton(provider => new WebhookClient(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<WebhookAddresses>()))
        .AddSingleton<AlertStore>()
        .AddSingleton<SinkStates>()
        .AddSingleton<HubSenders>()
        .AddSingleton<WebhookSinkKind>()
        .AddSingleton<BookStore>()
        .AddSingleton<DatasetSinkKind>()
        .AddSingleton<HubSinkKind>()
        .AddSingleton<IStreamSinkKind>(provider => provider.GetRequiredService<DatasetSinkKind>())
        .AddSingleton<IStreamSinkKind>(provider => provider.GetRequiredService<WebhookSinkKind>())
        .AddSingleton<IStreamSinkKind>(provider => provider.GetRequiredService<HubSinkKind>())
        .AddSingleton<IStreamSinkKind, OrderSinkKind>()
        .AddSingleton<IStreamSinkKind, AlertSinkKind>();
}
