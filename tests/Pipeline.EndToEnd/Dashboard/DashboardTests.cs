namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The tests that share the site, and its browser.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardTests : ICollectionFixture<DashboardSite>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "dashboard";
}
