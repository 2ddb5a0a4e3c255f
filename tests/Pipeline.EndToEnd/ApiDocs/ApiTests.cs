namespace Pipeline.EndToEnd.ApiDocs;

/// <summary>The tests that share one app.</summary>
[CollectionDefinition(Name)]
public sealed class ApiTests : ICollectionFixture<ApiSite>
{
    /// <summary>The collection.</summary>
    public const string Name = "API documentation";
}
