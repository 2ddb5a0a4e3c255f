using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Streams;

/// <summary>Registers where streams' results go.</summary>
internal static class SinkServices
{
    /// <summary>Adds the kinds of sinks.</summary>
    public static IServiceCollection AddStreamSinks(this IServiceCollection services) => services
        .AddSingleton(provider => new WebhookClient(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<AlertStore>()
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
