using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs;

namespace Pipeline.Streams;

/// <summary>Registers the room of streams.</summary>
public static class StreamServices
{
    /// <summary>Adds the services of this room.</summary>
    public static IServiceCollection AddStreams(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton<IRowScorers, NoRowScorers>();
        return services
            .AddEventHubSender(configuration)
            .AddStreamSinks(configuration)
            .AddSingleton<HubSlots>()
            .AddSingleton<Quarantine>()
            .AddSingleton<IPartitionLog, EventHubLog>()
            .AddSingleton<IShuffleChannel, ShuffleChannel>()
            .AddSingleton<DefinitionStore>()
            .AddSingleton<IModelUsers, ScoringStreams>()
            .AddSingleton<StateStore>()
            .AddSingleton<ReferenceTables>()
            .AddSingleton<StreamCompiler>()
            .AddSingleton<IDescribedSpec, StreamSpecDescription>()
            .AddSingleton<StreamCatalog>()
            .AddSingleton<WorkerServices>()
            .AddSingleton(provider => new StreamRuntime(
                provider.GetRequiredService<StreamCatalog>(), provider.GetRequiredService<WorkerServices>(), provider.GetRequiredService<ILogger<StreamRuntime>>()))
            .AddSingleton(provider => new StreamService(
                provider.GetRequiredService<DefinitionStore>(), provider.GetRequiredService<StreamCompiler>(), provider.GetRequiredService<StreamCatalog>(),
                provider.GetRequiredService<StateStore>(), provider.GetRequiredService<SinkStates>(), provider.GetRequiredService<IPartitionLog>(),
                provider.GetRequiredService<IShuffleChannel>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new StreamWindows(
                provider.GetRequiredService<DefinitionStore>(), provider.GetRequiredService<StreamCatalog>(), provider.GetRequiredService<StateStore>()));
    }
}
