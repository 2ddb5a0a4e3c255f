using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.Storage;

/// <summary>Registers storage with dependency injection.</summary>
public static class StorageServices
{
    /// <summary>
    /// Registers <see cref="IObjectStore"/> as the configuration says (see <see cref="ObjectStoreFactory"/>), and what works with
    /// datasets over it. Nothing is opened, and no network asked, before its first use.
    /// </summary>
    public static IServiceCollection AddPipelineStorage(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => ObjectStoreFactory.Create(configuration, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IDataPolicy, NoDataPolicy>();
        services.TryAddSingleton<FooterReader>();
        services.TryAddSingleton<DatasetListing>();
        services.TryAddSingleton<DatasetCatalog>();
        services.TryAddSingleton<ParquetFetcher>();
        services.TryAddSingleton<DatasetWriter>();
        services.TryAddSingleton<DatasetCompactor>();
        return services;
    }
}
