namespace Pipeline.EndToEnd.Batch;

/// <summary>Batch jobs over a directory.</summary>
public sealed class BatchOverDirectoryTests(SalesApp sales) : BatchJobs(sales), IClassFixture<SalesApp>;
