using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>Makes the store that the configuration names.</summary>
public static class ObjectStoreFactory
{
    /// <summary>The setting that names the directory of a <see cref="DirectoryObjectStore"/>.</summary>
    public const string StoreRootKey = "Pipeline:StoreRoot";

    /// <summary>Makes the store.</summary>
    /// <exception cref="StorageException">No store is configured.</exception>
    public static IObjectStore Create(IConfiguration configuration, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var root = configuration[StoreRootKey];
        return !string.IsNullOrWhiteSpace(root)
            ? new DirectoryObjectStore(root, timeProvider)
            : throw new StorageException($"No storage is configured. Set {StoreRootKey} to a directory.");
    }
}
