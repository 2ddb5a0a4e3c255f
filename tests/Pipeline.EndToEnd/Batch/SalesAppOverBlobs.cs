using Pipeline.EndToEnd.Fixtures;

namespace Pipeline.EndToEnd.Batch;

/// <summary>The same over Azure Blob storage, by an Azurite of its own.</summary>
public sealed class SalesAppOverBlobs : SalesApp
{
    private Azurite? _azurite;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_azurite is not null)
            await _azurite.DisposeAsync();
    }

    protected override async Task<string?> StoreAsync() => (_azurite = await Azurite.StartAsync()).ConnectionString;
}
