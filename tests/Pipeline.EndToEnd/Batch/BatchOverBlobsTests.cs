namespace Pipeline.EndToEnd.Batch;

/// <summary>Batch jobs over Azure Blob storage.</summary>
public sealed class BatchOverBlobsTests(SalesAppOverBlobs sales) : BatchJobs(sales), IClassFixture<SalesAppOverBlobs>;
