using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>
/// How one storage account is configured, in the forms that Azure Functions has for its own: <c>NAME</c> is a connection string, or
/// <c>NAME__accountName</c> or <c>NAME__blobServiceUri</c> names an account that the app's identity may use, and
/// <c>NAME__clientId</c> picks a user-assigned managed identity.
/// </summary>
internal sealed record StorageAccountSettings(string Name, string? ConnectionString, string? AccountName, string? BlobServiceUri, string? ClientId)
{
    /// <summary>Reads an account's settings; null where there are none.</summary>
    public static StorageAccountSettings? Read(IConfiguration configuration, string name)
    {
        var settings = new StorageAccountSettings(
            name, Value(""), Value("accountName"), Value("blobServiceUri"), Value("clientId"));
        return settings is { ConnectionString: null, AccountName: null, BlobServiceUri: null } ? null : settings;

        // Environment variables turn '__' into ':', settings files do not.
        string? Value(string part) =>
            (part.Length == 0 ? [name] : new[] { $"{name}:{part}", $"{name}__{part}" })
            .Select(key => configuration[key])
            .FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
    }

    /// <summary>Makes the client. It asks the network nothing yet.</summary>
    /// <param name="retries">How often it asks again where nothing answers; null for the usual.</param>
    /// <exception cref="StorageException">The settings make no sense.</exception>
    public BlobServiceClient CreateClient(int? retries = null)
    {
        var options = BlobObjectStore.ClientOptions();
        if (retries is { } most)
            options.Retry.MaxRetries = most;
        if (ConnectionString is not null)
        {
            try
            {
                return new BlobServiceClient(ConnectionString, options);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                throw new StorageException(
                    $"The setting {Name} is not a storage connection string. Copy one from the account's access keys, or set " +
                    $"UseDevelopmentStorage=true for Azurite, or {Name}__accountName for an account that the app's identity may use.", e);
            }
        }

        var address = BlobServiceUri ?? $"https://{AccountName}.blob.core.windows.net";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
            throw new StorageException(
                $"The setting {Name}__{(BlobServiceUri is null ? "accountName" : "blobServiceUri")} gives '{address}', which is no address. " +
                "It has the form https://ACCOUNT.blob.core.windows.net.");
        return new BlobServiceClient(uri, Credential(), options);
    }

    private DefaultAzureCredential Credential() =>
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId });
}
