using Pipeline.EndToEnd.Batch;

namespace Pipeline.EndToEnd.Jobs;

/// <summary>Uploads to a directory.</summary>
public sealed class UploadsToDirectoryTests(SalesApp sales) : UploadedSpecs(sales), IClassFixture<SalesApp>;
