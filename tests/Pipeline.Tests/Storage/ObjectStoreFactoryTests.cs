using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

public class ObjectStoreFactoryTests
{
    [Fact]
    public void Create_StoreRoot_IsADirectoryStore()
    {
        var store = Assert.IsType<DirectoryObjectStore>(Create(("Pipeline:StoreRoot", "some/where")));

        Assert.Equal(Path.GetFullPath("some/where"), store.Root);
        Assert.False(Directory.Exists(store.Root), "a store that nobody used leaves nothing behind");
    }

    [Fact]
    public void Create_EmptyAccountSettings_AreNotSet() =>
        Assert.IsType<DirectoryObjectStore>(Create(
            ("AzureWebJobsStorage", ""), ("PipelineStorage__accountName", " "), ("Pipeline:StoreRoot", "x")));

    [Theory]
    [InlineData("UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=one;AccountKey=QUJD;EndpointSuffix=core.windows.net", "https://one.blob.core.windows.net/")]
    public void Create_ConnectionString_IsThatAccount(string connectionString, string address) =>
        Assert.Equal(address, Account(("AzureWebJobsStorage", connectionString), ("Pipeline:StoreRoot", "x")));

    [Theory]
    [InlineData("AzureWebJobsStorage__accountName", "one")]
    [InlineData("AzureWebJobsStorage:accountName", "one")]
    [InlineData("AzureWebJobsStorage__blobServiceUri", "https://one.blob.core.windows.net")]
    [InlineData("PipelineStorage__accountName", "one")]
    public void Create_AccountOfAnIdentity_IsThatAccount(string key, string value) =>
        Assert.Equal("https://one.blob.core.windows.net/", Account((key, value), ("AzureWebJobsStorage__clientId", "some-id")));

    [Theory]
    [InlineData("datasets", "https://data.blob.core.windows.net/")]
    [InlineData("jobs", "https://data.blob.core.windows.net/")]
    [InlineData("stream-state", "https://host.blob.core.windows.net/")]
    [InlineData("stream-orders", "https://host.blob.core.windows.net/")]
    [InlineData("grid", "https://host.blob.core.windows.net/")]
    public void Create_DataAccountBesideTheHosts_KeepsWorkingStateInTheHosts(string container, string account)
    {
        var store = Assert.IsType<TwoAccountObjectStore>(Create(("AzureWebJobsStorage__accountName", "host"), ("PipelineStorage__accountName", "data")));

        Assert.Equal(account, Assert.IsType<BlobObjectStore>(store.Of(container)).Account.AbsoluteUri);
    }

    [Fact]
    public void Create_NothingConfigured_SaysWhatToSet()
    {
        var e = Assert.Throws<StorageException>(() => Create());

        Assert.Contains("AzureWebJobsStorage", e.Message, StringComparison.Ordinal);
        Assert.Contains("Pipeline__StoreRoot", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NoConnectionString_SaysSoWithoutRepeatingIt()
    {
        var e = Assert.Throws<StorageException>(() => Create(("AzureWebJobsStorage", "AccountKey=verysecret")));

        Assert.Contains("AzureWebJobsStorage is not a storage connection string", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("verysecret", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage__accountName", "not an account")]
    [InlineData("AzureWebJobsStorage__blobServiceUri", "account.blob.core.windows.net")]
    public void Create_NoAddress_NamesTheSetting(string key, string value)
    {
        var e = Assert.Throws<StorageException>(() => Create((key, value)));

        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddPipelineStorage_ResolvedTwice_IsOneStore()
    {
        var configuration = Configuration(("Pipeline:StoreRoot", "x"));
        using var services = new ServiceCollection().AddPipelineStorage(configuration).BuildServiceProvider();

        Assert.Same(services.GetRequiredService<IObjectStore>(), services.GetRequiredService<IObjectStore>());
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();

    private static IObjectStore Create(params (string Key, string Value)[] settings) =>
        ObjectStoreFactory.Create(Configuration(settings));

    private static string Account(params (string Key, string Value)[] settings) =>
        Assert.IsType<BlobObjectStore>(Create(settings)).Account.AbsoluteUri;
}
