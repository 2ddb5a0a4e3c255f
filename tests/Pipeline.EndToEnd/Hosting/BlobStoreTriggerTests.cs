using System.Text;
using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EndToEnd.Fixtures;
using Pipeline.Storage;
using Pipeline.Tests.Hosting;

namespace Pipeline.EndToEnd.Hosting;

/// <summary>Blob triggers over Blob storage: once per version, also over restarts.</summary>
public sealed class BlobStoreTriggerTests(AzuriteFixture fixture) : IClassFixture<AzuriteFixture>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pipeline-blobs-").FullName;
    private readonly Channel<string> _runs = Channel.CreateUnbounded<string>();

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableFact]
    public async Task Blob_EachVersion_RunsOnceAlsoOverRestarts()
    {
        var azurite = await fixture.GetAsync();
        await using (var first = await StartAsync(azurite.ConnectionString))
        {
            await WriteAsync(first, "a", "1");
            Assert.Equal("a: 1", await _runs.Reader.ReadAsync());
            await WriteAsync(first, "a", "2");
            Assert.Equal("a: 2", await _runs.Reader.ReadAsync());
        }

        await using var second = await StartAsync(azurite.ConnectionString);
        await WriteAsync(second, "b", "3");
        Assert.Equal("b: 3", await _runs.Reader.ReadAsync());
        await WriteAsync(second, "c", "4");
        Assert.Equal("c: 4", await _runs.Reader.ReadAsync());
        Assert.False(_runs.Reader.TryPeek(out _));
    }

    private Task<TestHost> StartAsync(string connectionString) => TestHost.StartAsync(
        [typeof(Uploads)],
        (worker, configuration) => worker.Services.AddPipelineStorage(configuration).AddSingleton(_runs),
        root: _root,
        options: options => options with { StorageConnectionString = connectionString });

    private static Task<ObjectInfo> WriteAsync(TestHost host, string name, string content) =>
        host.Host.Services.GetRequiredService<IObjectStore>().WriteAsync(
            "uploads", $"in/{name}", new MemoryStream(Encoding.UTF8.GetBytes(content)), WriteCondition.None, default);

    public sealed class Uploads(Channel<string> runs)
    {
        [Function("Uploads")]
        public async Task Run([BlobTrigger("uploads/in/{name}")] string content, string name) =>
            await runs.Writer.WriteAsync($"{name}: {content}");
    }
}
