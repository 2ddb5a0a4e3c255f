using Azure.Storage.Blobs;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;
using Pipeline.Tests.Grid.Api;

namespace Pipeline.EndToEnd.Grid;

/// <summary>Uploads over Blob storage: the same, wherever they are cut.</summary>
public sealed class ResultUploadsOverBlobsTests(AzuriteFixture fixture) : ResultUploadsContract, IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private IObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override IEnumerable<int> Cuts => [0, 1, 2, 20, 38, 39];

    public async Task InitializeAsync() => _store = new BlobObjectStore(new BlobServiceClient((await fixture.GetAsync()).ConnectionString, BlobObjectStore.ClientOptions()));

    public Task DisposeAsync() => Task.CompletedTask;
}
