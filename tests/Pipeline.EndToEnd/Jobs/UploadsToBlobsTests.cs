using Pipeline.EndToEnd.Batch;

namespace Pipeline.EndToEnd.Jobs;

/// <summary>Uploads to Azure Blob storage.</summary>
public sealed class UploadsToBlobsTests(SalesAppOverBlobs sales) : UploadedSpecs(sales), IClassFixture<SalesAppOverBlobs>;
