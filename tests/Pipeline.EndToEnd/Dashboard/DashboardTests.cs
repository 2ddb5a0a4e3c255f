namespace Pipeline.EndToEnd.Dashboard;

/// <summary>The tests that share the site. They run by themselves: a browser beside other tests tells little of how fast a page is.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class DashboardTests : ICollectionFixture<DashboardSite>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "dashboard";
}
