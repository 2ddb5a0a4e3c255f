using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
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
        await new BlobContainerClient(_connectionString, Container).DeleteAsync();

        await WriteAsync("a", "y");
        Assert.Equal("y", await ReadAsync("a"));
    }

    [SkippableTheory]
    [InlineData(100)]
    [InlineData(20_000_000)]
    public async Task WriteIfAbsent_AnswerLostOnTheWay_IsNotTakenForAnotherWriter(int length)
    {
        var options = new BlobClientOptions { Retry = { Delay = TimeSpan.FromMilliseconds(1) } };
        var lost = new LostAnswer();
        options.AddPolicy(lost, HttpPipelinePosition.PerRetry);
        var store = new BlobObjectStore(new BlobServiceClient(_connectionString, options));
        await store.WriteAsync(Container, "other", Bytes("x"), WriteCondition.None, s_ct);

        lost.LoseNextWrite();
        var first = await store.WriteAsync(Container, "a", new MemoryStream(new byte[length]), WriteCondition.IfAbsent, s_ct);
        Assert.Equal(first, await Store.FindAsync(Container, "a", s_ct));
        Assert.Equal(length, first.Length);

        lost.LoseNextWrite();
        var second = await store.WriteAsync(Container, "a", Bytes("y"), WriteCondition.IfMatch(first.ETag), s_ct);
        Assert.Equal(second, await Store.FindAsync(Container, "a", s_ct));
        Assert.Equal(2, lost.Lost);
        await Assert.ThrowsAsync<ConditionFailedException>(() => store.WriteAsync(Container, "a", Bytes("z"), WriteCondition.IfMatch(first.ETag), s_ct));
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
            Assert.False(e.MayHeal);
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

    /// <summary>Lets a write reach the service, and loses the service's answer.</summary>
    private sealed class LostAnswer : HttpPipelineSynchronousPolicy
    {
        private int _armed;

        public int Lost { get; private set; }

        public void LoseNextWrite() => Volatile.Write(ref _armed, 1);

        public override void OnReceivedResponse(HttpMessage message)
        {
            // Not the staging of blocks, but what makes them the blob.
            var commits = message.Request.Method == RequestMethod.Put && !message.Request.Uri.Query.Contains("comp=block&", StringComparison.Ordinal);
            if (!commits || Interlocked.Exchange(ref _armed, 0) == 0) return;
            Lost++;
            throw new IOException("The connection broke.");
        }
    }
}
