using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>Datasets in a folder, in a store that a test may stop at any step, and what lists and compacts them.</summary>
internal sealed class DatasetBed : IDisposable
{
    public DatasetBed()
    {
        Store = new FaultyStore(new DirectoryObjectStore(Folder.Path));
        Footers = new FooterReader(Store);
        Listing = new DatasetListing(Store);
        Compactor = new DatasetCompactor(Store, Listing, Footers, new ParquetFetcher(Store, Footers), TimeProvider.System);
    }

    public TemporaryFolder Folder { get; } = new();

    public FaultyStore Store { get; }

    public FooterReader Footers { get; }

    public DatasetListing Listing { get; }

    public DatasetCompactor Compactor { get; }

    public void Dispose()
    {
        Footers.Dispose();
        Folder.Dispose();
    }
}
