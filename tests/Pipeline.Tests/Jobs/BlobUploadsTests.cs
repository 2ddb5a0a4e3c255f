using System.Text;
using Azure.Messaging.EventHubs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Pipeline.Jobs;
using Pipeline.Storage;
using Pipeline.Tests.Infra;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Jobs;

public sealed class BlobUploadsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly IObjectStore _store;
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly BlobUploads _uploads;

    public BlobUploadsTests()
    {
        _store = new DirectoryObjectStore(_folder.Path);
        var receipts = new JobReceipts(_store, TimeProvider.System);
        var jobs = new JobService([], _store, new NoDataPolicy(), TimeProvider.System);
        _uploads = new BlobUploads(
            new InboxFunctions(jobs, receipts, _store, NullLogger<InboxFunctions>.Instance),
            new Subscriptions(jobs, receipts, _store, NullLogger<Subscriptions>.Instance), _store, NullLogger<BlobUploads>.Instance);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_EventGridsArray_NamesContainerAndPath() => Assert.Equal(
        [("datasets", "sales/day=1/part 0.parquet"), ("jobs", "inbox/a.json")],
        _uploads.Read(Message($"[{Created("datasets", "sales/day=1/part 0.parquet")},{Created("jobs", "inbox/a.json")}]")));

    [Fact]
    public void Read_CloudEvent_IsUnderstoodToo() => Assert.Equal(
        [("datasets", "x/y")],
        _uploads.Read(Message("""{"specversion":"1.0","type":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/datasets/blobs/x/y"}""")));

    [Theory]
    [InlineData("not json")]
    [InlineData("[1, null, \"text\", {}]")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/datasets/blobs/x"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/queueServices/default/x"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers//blobs/x"}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":7}""")]
    public void Read_WhatIsNoUpload_IsLeftOut(string body) => Assert.Empty(_uploads.Read(Message(body)));

    [Fact]
    public async Task Run_UploadToADataset_TellsItsWatch()
    {
        await RunAsync(Created("datasets", "sales/part-0.parquet"));

        _client.Verify(c => c.RaiseEventAsync("upload-sales", "Uploaded", false, It.IsAny<CancellationToken>()));
    }

    [Fact]
    public async Task Run_SpecInTheInbox_IsTakenAsByTheTrigger()
    {
        await WriteAsync("jobs", "inbox/bad.json", "{}");

        await RunAsync(Created("jobs", "inbox/bad.json"));

        Assert.Contains(await ListAsync("jobs"), path => path.StartsWith("receipts/inbox/bad", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_BlobThatIsGone_IsNoFault() => await RunAsync(Created("jobs", "inbox/gone.json"), Created("jobs", "uploads/gone.json"), Created("results", "x"));

    [Fact]
    public async Task Run_OneThatFails_HoldsBackNoOtherAndComesAgain()
    {
        _client.Setup(c => c.RaiseEventAsync("upload-bad", It.IsAny<string>(), It.IsAny<object>(), It.IsAny<CancellationToken>())).ThrowsAsync(new InvalidOperationException("the hub is away"));

        var error = await Assert.ThrowsAsync<AggregateException>(() => RunAsync(Created("datasets", "bad/x.parquet"), Created("datasets", "good/x.parquet")));

        Assert.Contains("the hub is away", Assert.Single(error.InnerExceptions).Message, StringComparison.Ordinal);
        _client.Verify(c => c.RaiseEventAsync("upload-good", "Uploaded", false, It.IsAny<CancellationToken>()));
    }

    [Fact]
    public async Task Run_EveryBlobTrigger_HasItsPlace()
    {
        // A trigger that is added must be added here too: in a private network nothing else tells of its uploads.
        var paths = AppFunction.All.Select(function => function.Trigger).OfType<Microsoft.Azure.Functions.Worker.BlobTriggerAttribute>().Select(trigger => trigger.BlobPath);
        Assert.Equal(["datasets/{path}", "jobs/inbox/{name}", "jobs/uploads/{name}"], paths.Order(StringComparer.Ordinal));
        await WriteAsync("jobs", "uploads/empty.json", "null");

        var error = await Assert.ThrowsAsync<AggregateException>(() => RunAsync(Created("jobs", "uploads/empty.json")));

        Assert.Contains("jobs/uploads/empty.json is empty", Assert.Single(error.InnerExceptions).Message, StringComparison.Ordinal);
    }

    private Task RunAsync(params string[] events) => _uploads.RunAsync([.. events.Select(e => Message($"[{e}]"))], _client.Object, CancellationToken.None);

    private static EventData Message(string body) => EventHubsModelFactory.EventData(new BinaryData(Encoding.UTF8.GetBytes(body)));

    private static string Created(string container, string path) =>
        $$"""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/{{container}}/blobs/{{path}}"}""";

    private Task WriteAsync(string container, string path, string text) =>
        _store.WriteAsync(container, path, new MemoryStream(Encoding.UTF8.GetBytes(text)), WriteCondition.None, CancellationToken.None);

    private async Task<List<string>> ListAsync(string container)
    {
        var paths = new List<string>();
        await foreach (var blob in _store.ListAsync(container, "", CancellationToken.None))
        {
            paths.Add(blob.Path);
        }

        return paths;
    }
}
