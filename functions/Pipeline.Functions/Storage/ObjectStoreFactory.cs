using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>Makes the store that the configuration names.</summary>
/// <remarks>
/// The first of these that is set: the account <c>PipelineStorage</c>, for data apart from the host's own account; the account
/// <c>AzureWebJobsStorage</c>; the directory <c>Pipeline:StoreRoot</c>. With both accounts, working state stays in the host's (see
/// <see cref="TwoAccountObjectStore"/>). An account NAME is a connection string in the setting NAME, or
/// <c>NAME__accountName</c> or <c>NAME__blobServiceUri</c>, used with <c>DefaultAzureCredential</c>
/// (<c>NAME__clientId</c> picks a user-assigned managed identity).
/// </remarks>
public static class ObjectStoreFactory
{
    /// <summary>The settings of the account for data, where it is not the host's.</summary>
    public const string DataAccount = "PipelineStorage";

    /// <summary>The settings of the host's account.</summary>
    public const string HostAccount = "AzureWebJobsStorage";

    /// <summary>The setting that names the directory of a <see cref="DirectoryObjectStore"/>.</summary>
    public const string StoreRootKey = "Pipeline:StoreRoot";

    /// <summary>Makes the store. It opens nothing and asks no network before its first use.</summary>
    /// <exception cref="StorageException">No store is configured, or a setting makes no sense.</exception>
    public static IObjectStore Create(IConfiguration configuration, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var (data, host) = (StorageAccountSettings.Read(configuration, DataAccount), StorageAccountSettings.Read(configuration, HostAccount));
        if (data is not null && host is not null)
            return new TwoAccountObjectStore(CreateBlobStore(data), CreateBlobStore(host));
        if ((data ?? host) is { } account)
            return CreateBlobStore(account);
        var root = configuration[StoreRootKey] ?? configuration[StoreRootKey.Replace(":", "__", StringComparison.Ordinal)];
        return !string.IsNullOrWhiteSpace(root)
            ? new DirectoryObjectStore(root, timeProvider)
            : throw new StorageException(
                $"No storage is configured. Set {HostAccount} to a connection string (UseDevelopmentStorage=true for Azurite), " +
                $"or {HostAccount}__accountName to an account that the app's identity may use, or Pipeline__StoreRoot to a directory.");
    }

    // A method of its own: the Azure libraries load only where they are used.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BlobObjectStore CreateBlobStore(StorageAccountSettings account) => new(account.CreateClient());
}
