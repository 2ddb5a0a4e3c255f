using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class UnreachableAccountTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Find_NothingListens_SaysThatTheAccountCannotBeReached(int retries)
    {
        var options = new BlobClientOptions { Retry = { MaxRetries = retries, Delay = TimeSpan.FromMilliseconds(1) } };
        var store = new BlobObjectStore(new BlobServiceClient(new Uri($"http://127.0.0.1:{FreePort()}/account"), options));

        var e = await Assert.ThrowsAsync<StorageException>(() => store.FindAsync("datasets", "a/b", CancellationToken.None));

        Assert.StartsWith("'a/b' in container 'datasets' of 127.0.0.1 could not be looked up: Connection refused", e.Message, StringComparison.Ordinal);
        Assert.Contains("Check that the account's name is right", e.Message, StringComparison.Ordinal);
        Assert.True(e.MayHeal);
        Assert.Null(JobFaults.Describe(e, "scan 1/0")); // so that the task is tried again
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
