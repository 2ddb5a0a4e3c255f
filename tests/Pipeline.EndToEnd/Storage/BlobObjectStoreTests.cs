using Microsoft.Extensions.Configuration;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;
using Pipeline.Tests.Storage;

namespace Pipeline.EndToEnd.Storage;

/// <summary>The object store's contract, kept by Blob storage.</summary>
public sealed class BlobObjectStoreTests(AzuriteFixture fixture) : ObjectStoreContract, IClassFixture<AzuriteFixture>, IAsyncLifetime
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private string _connectionString = "";
    private IObjectStore? _store;

    protected override IObjectStore Store => _store!;

    protected override IObjectStore OtherStore() => Connect(_connectionString);

    public async Task InitializeAsync()
    {
        _connectionString = (await fixture.GetAsync()).ConnectionString;
        _store = Connect(_connectionString);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [SkippableFact]
    public async Task LocalPath_OfABlob_IsNone()
    {
        await WriteAsync("a", "x");

        Assert.Null(Store.LocalPath(Container, "a"));
    }

    [SkippableFact]
    public async Task Write_ContainerDeletedSinceTheLastWrite_MakesItAgain()
    {
        await WriteAsync("a", "x");
        await new Azure.Storage.Blobs.BlobContainerClient(_connectionString, Container).DeleteAsync();

        await WriteAsync("a", "y");
        Assert.Equal("y", await ReadAsync("a"));
    }

    [SkippableFact]
    public async Task EveryMethod_WrongKey_SaysThatAccessWasDenied()
    {
        var wrongKey = new string('A', 86) + "==";
        var key = _connectionString.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal));
        var store = Connect(_connectionString.Replace(key, $"AccountKey={wrongKey}", StringComparison.Ordinal));

        foreach (var attempt in Attempts(store))
        {
            var e = await Assert.ThrowsAsync<StorageException>(attempt);
            Assert.Contains("access was denied", e.Message, StringComparison.Ordinal);
            Assert.Contains("Storage Blob Data Contributor", e.Message, StringComparison.Ordinal);
        }
    }

    private IEnumerable<Func<Task>> Attempts(IObjectStore store) =>
    [
        () => store.FindAsync(Container, "a", s_ct),
        () => store.ListAsync(Container, "", s_ct).ToListAsync().AsTask(),
        () => store.OpenReadAsync(Container, "a", s_ct),
        () => store.ReadRangeAsync(Container, "a", 0, new byte[1], null, s_ct),
        () => store.WriteAsync(Container, "a", Bytes("x"), WriteCondition.None, s_ct),
        () => store.DeleteAsync(Container, "a", s_ct),
    ];

    private static IObjectStore Connect(string connectionString) => ObjectStoreFactory.Create(
        new ConfigurationBuilder().AddInMemoryCollection([new(ObjectStoreFactory.HostAccount, connectionString)]).Build());
}
