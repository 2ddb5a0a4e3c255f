using Azure.Storage.Blobs;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;

namespace Pipeline.EndToEnd.Faults;

/// <summary>Where a killed host has its objects: below its root, or in an Azurite, which lives on.</summary>
internal sealed class HostStore : IAsyncDisposable
{
    private readonly Azurite? _azurite;

    private HostStore(Azurite? azurite, IObjectStore objects) => (_azurite, Objects) = (azurite, objects);

    /// <summary>The objects, as this process reaches them.</summary>
    public IObjectStore Objects { get; }

    /// <summary>The host's setting AzureWebJobsStorage.</summary>
    public string Account => _azurite?.ConnectionString ?? "";

    /// <summary>Opens the store of a host. Skips the test where Azurite cannot run.</summary>
    /// <param name="blobs">Whether it is Blob storage.</param>
    /// <param name="root">The host's root.</param>
    public static async Task<HostStore> OpenAsync(bool blobs, string root)
    {
        if (!blobs)
            return new HostStore(null, new DirectoryObjectStore(Path.Combine(root, "store")));
        var azurite = await Azurite.StartAsync();
        return new HostStore(azurite, new BlobObjectStore(new BlobServiceClient(azurite.ConnectionString)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }
}
